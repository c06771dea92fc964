import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../../browser/find-browser.ts';
import { withPages } from '../enter-console.ts';
import { untilRead } from '../page-faults.ts';
import type { PortalFixture } from '../portal-fixture.ts';
import type { SignedIn, SupportFixture } from '../support-fixture.ts';

const program = browserFor(import.meta.filename);
const AD = { kind: 'static_ad', brief: { headline: 'Fresh bread' } };
const ELSEWHERE = 'http://elsewhere.invalid';

/**
 * Stricter than the pages' own policy: no text becomes markup or script, and nothing is loaded from elsewhere.
 * Violations are reported only.
 */
const REPORT_ONLY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob:",
  'media-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Places in a link that could lead a page to another origin. */
const REDIRECTS = [
  'https://elsewhere.invalid/',
  '//elsewhere.invalid',
  '/%5Celsewhere.invalid',
  'javascript:alert(1)',
  '../../elsewhere',
  'jobs/..%2F..%2Fv1',
];

describe.skipIf(program === null).concurrent('the pages', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let ada: SignedIn;
  let home: string;
  let account: string;
  let delivered: string;

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    ({ home } = pages.parts);
    [account, ada] = await Promise.all([portal.openAccount(), support.signIn('Ada Lovelace')]);
    delivered = await portal.submit(account, AD);
    await portal.untilEnded(account, delivered);
  });

  const reportOnly = async (page: Page) => {
    await page.route(/\/(?:portal|console)(?:#.*)?$/, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), 'content-security-policy-report-only': REPORT_ONLY };
      await route.fulfill({ response, headers });
    });
  };

  it('violate no policy that is stricter than their own, with charts, pictures, dialogs and downloads', async () => {
    const open = await portal.open(account, { prepare: reportOnly });
    const { page } = open;
    await page.locator('.chart canvas').waitFor();
    await page.getByRole('button', { name: 'Statement' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^credits-.*\.csv$/);
    await page.keyboard.press('Escape');
    for (const place of ['jobs', 'create', `jobs/${delivered}`]) {
      await page.evaluate(`location.hash = '#/${place}'`);
      await page.locator('h1').first().waitFor();
      await untilRead(page);
    }
    await page.locator('.output-picture').waitFor();
    expect(open.complaints).toEqual([]);
    await open.close();

    const console = await support.open({}, ada);
    await reportOnly(console.page);
    const ofOne = [`jobs/${delivered}`, `accounts/${account}`, `find?q=${account}`];
    for (const place of ['now', 'find', 'reviews', 'ledger', 'models', ...ofOne]) {
      await console.goTo(place);
      await console.page.reload();
      await console.page.locator('h1').first().waitFor();
      await untilRead(console.page);
    }
    expect(console.complaints).toEqual([]);
    await console.close();
  });

  it('refuse to be framed by another page', async () => {
    const open = await portal.open(account);
    const { page } = open;
    const frames = ['portal', 'console'].map(
      (face) => `<iframe name="${face}" src="${portal.apiUrl}/${face}"></iframe>`,
    );
    await page.route(`${ELSEWHERE}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: frames.join('') }),
    );
    await page.goto(`${ELSEWHERE}/`);
    for (const face of ['portal', 'console']) {
      const frame = page.frame(face);
      expect(frame?.url(), face).toMatch(/^chrome-error:/);
    }
    await open.close();
  });

  it('stay at their origin, whatever place a link names', async () => {
    const open = await portal.open(account);
    const { page, token } = open;
    for (const to of REDIRECTS) {
      await page.goto('about:blank');
      await page.goto(`${portal.apiUrl}/portal#token=${token}&to=${to}`);
      await page.locator('h1').first().waitFor();
      expect(new URL(page.url()).origin, to).toBe(portal.apiUrl);
    }
    const console = await support.open({});
    for (const to of REDIRECTS) {
      await console.page.goto('about:blank');
      await console.page.goto(`${portal.apiUrl}/console?return=${to}&next=${to}#/${to}`);
      await console.page.getByRole('heading', { name: 'Sign in to support' }).waitFor();
      expect(new URL(console.page.url()).origin, to).toBe(portal.apiUrl);
    }
    expect([...open.complaints, ...console.complaints]).toEqual([]);
    await Promise.all([open.close(), console.close()]);
  });

  it('leave no token in the stack’s logs or on the browser’s console', async () => {
    const said: string[] = [];
    const open = await portal.open(account, {
      prepare: (page) => Promise.resolve(void page.on('console', (message) => said.push(message.text()))),
    });
    await open.page.getByTestId('available').waitFor();
    await open.page.getByRole('link', { name: 'Jobs' }).click();
    await open.page.locator('.job-row').first().waitFor();
    // A refused call is logged with more details than a successful one.
    await fetch(`${portal.apiUrl}/v1/jobs/nothing`, { headers: { authorization: `Bearer ${open.token}` } });
    const secrets = [open.token, support.platformKey, ...ada.cookies.map(({ value }) => value)];
    const folder = path.join(home, 'logs');
    const files = await readdir(folder);
    expect(files).toContain('api.log');
    const logs = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
    for (const secret of secrets)
      expect([...logs, ...said].filter((text) => text.includes(secret))).toEqual([]);
    await open.close();
  });
});
