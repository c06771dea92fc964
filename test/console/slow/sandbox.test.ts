import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDatabase } from '../../../cli/with-database.ts';
import { FAULT_NAMES } from '../../../console/sandbox/sandbox-wire.ts';
import { runWatch } from '../../../dev/demo/watch/run-watch.ts';
import { offeredActs } from '../../../dev/sandbox/offered-acts.ts';
import type { SandboxSettings } from '../../../dev/sandbox/sandbox-settings.ts';
import { reconcile } from '../../../ledger/reconcile.ts';
import { startStack } from '../../../dev/stack/start-stack.ts';
import type { Stack } from '../../../dev/stack/stack-handle.ts';
import { browserFor } from '../../browser/find-browser.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { descendantsOf } from '../../stack/descendants.ts';
import { isAlive, isStopped } from '../../stack/is-alive.ts';
import { enterConsole } from '../enter-console.ts';
import { createPortalFixture, WIDTHS, type PortalFixture } from '../portal-fixture.ts';

const program = browserFor(import.meta.filename);

/** Long enough that polls and writes happen during a freeze. */
const SETTINGS: SandboxSettings = { freezeMs: 1_500, jobsBeside: 2 };
const FAULTS = offeredActs(SETTINGS, () => true).filter(({ name }) =>
  FAULT_NAMES.some((one) => one === name),
);
/**
 * A lost webhook is noticed after as long again as its job ran; a terminated workflow after the reconciler's interval
 * and grace time.
 */
const ALL_OVER_MS = 60_000;

/** In the page: counts the moments in which the sum was wrong or the check had findings. */
const WATCH_VERDICT = `(() => {
  window.wrong = 0;
  new MutationObserver(() => { if (document.querySelector('.verdict-wrong')) window.wrong += 1; })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
})()`;

describe.skipIf(program === null)('the sandbox', () => {
  let stack: Stack;
  let end: () => Promise<void> = () => Promise.resolve();
  let browser: Browser;
  let portal: PortalFixture;
  let url: string;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (program === null) return;
    // The browser is shared; the stack is not, since faults are caused in it.
    const { home, remove } = await makeTemporaryHome('sandbox');
    const [shared, own] = await Promise.all([
      enterConsole(program),
      startStack({ home, ports: 'free', modelMode: 'instant', sandbox: SETTINGS }),
    ]);
    stack = own;
    portal = await createPortalFixture(shared);
    browser = await chromium.connect(shared.browser);
    end = async () => {
      await Promise.all([browser.close(), portal.close()]);
      await Promise.all([stack.stop(), shared.stop()]);
      await remove();
    };
    url = String(stack.info().sandbox_url);
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      viewport: { width: 1_280, height: 900 },
    });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(url).origin)) complaints.push(`asked ${request.url()}`);
    });
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(url);
    await page.getByText('Reconcile clean').waitFor();
  });
  afterAll(() => end());

  const figure = async (name: string) =>
    Number((await page.getByTestId(`sum-${name}`).innerText()).replaceAll(/\D/g, ''));

  const looksRight = async () => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      expect(await portal.faultsInBothThemes(page), `${String(width)} px`).toEqual([]);
    }
    await page.setViewportSize({ width: 1_280, height: 900 });
  };

  it('causes each fault at a click, and its sum of credits is right all the while', async () => {
    await looksRight();
    await page.evaluate(WATCH_VERDICT);
    for (const { title, promise } of FAULTS) {
      const button = page.getByRole('button', { name: title });
      await page.getByText(promise).waitFor();
      // One at a time: the button is free again once its fault is over, while jobs go on.
      await button.click();
      await page.getByRole('log').getByText(title).waitFor();
      await expect.poll(() => button.getAttribute('aria-busy'), { timeout: ALL_OVER_MS }).toBeNull();
    }
    const log = page.getByRole('log');
    await expect
      .poll(() => log.getByText('Came out right').count(), { timeout: ALL_OVER_MS })
      .toBe(FAULTS.length);
    for (const line of [
      /^Process \d+, the worker, is killed/,
      /^Process \d+ has taken over after/,
      'The model service stands still (SIGSTOP) for 1.5 s.',
      'PostgreSQL stands still (SIGSTOP) for 1.5 s.',
      /^The reconciler has found it after .* 35 credits returned, 0 charged\.$/,
      /^Lost: the word that .* is done\.$/,
      /^Holdfast has asked by itself: .* 35 credits charged\.$/,
    ]) {
      await log.getByText(line).waitFor();
    }
    await expect.poll(() => figure('reserved')).toBe(0);
    await page.getByText('Reconcile clean').waitFor();
    const [available, spent] = [await figure('available'), await figure('spent')];
    expect(available + spent).toBe(await figure('opened-with'));
    expect(spent).toBeGreaterThan(0);
    // Each hold that was shown has ended as a charge or a return.
    const count = (kind: string) => page.locator(`.entry-${kind}`).count();
    await expect
      .poll(async () => (await count('commit')) + (await count('release')))
      .toBe(await count('reserve'));
    await expect.poll(() => page.locator('.running-job[data-state=running]').count()).toBe(0);
    expect(await page.evaluate('window.wrong')).toBe(0);
    const { database_url } = stack.info();
    expect(await withDatabase(database_url, 'sandbox test', (database) => reconcile(database))).toEqual([]);
    await looksRight();
    expect(complaints).toEqual([]);
  }, 180_000);

  it('shows the faults that the demo causes from the terminal, whose lines fit 80 columns', async () => {
    const lines: string[] = [];
    const report = await runWatch({
      sandboxUrl: url,
      info: () => Promise.resolve(stack.info()),
      say: (text) => lines.push(...text.split('\n')),
      faults: ['freeze_models'],
    });
    expect(report.steps.flatMap(({ checks }) => checks.filter(({ ok }) => !ok))).toEqual([]);
    expect(report.steps.map(({ name, error }) => [name, error])).toEqual([
      ['freeze_models', null],
      ['ledger', null],
    ]);
    expect(report.ok).toBe(true);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.join('\n')).toMatch(/Opened with 5000 = \d+ available \+ 0 reserved \+ \d+ spent\./);
    await page.getByRole('log').getByText('Came out right').waitFor();
    await expect.poll(async () => (await figure('available')) + (await figure('spent'))).toBe(5_000);
  }, 120_000);

  it('says so if the address is of another stack or incomplete, and if the stack has ended', async () => {
    const other = await page.context().newPage();
    await other.goto(`${url}x`);
    await other.getByText('This is the address of another stack').waitFor();
    await other.goto(url.replace(/#.*/, ''));
    await other.getByText('The address is not whole').waitFor();
    await other.close();
    await page.route('**/control/**', (route) => route.abort());
    await page.getByText('What you see is how it stood last').waitFor();
  });

  it('leaves no process when the stack is stopped in the middle of a freeze', async () => {
    const { postgres, model_service: models } = stack.info().pids;
    const frozen = [Number(models), Number(postgres), ...(await descendantsOf(Number(postgres)))];
    await Promise.all([stack.pause('postgres'), stack.pause('model_service')]);
    expect(await isStopped(Number(postgres))).toBe(true);
    await stack.stop();
    for (const pid of frozen) expect(await isAlive(pid)).toBe(false);
  }, 60_000);
});
