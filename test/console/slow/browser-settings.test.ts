import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../../browser/find-browser.ts';
import { withPages } from '../enter-console.ts';
import { brokenLayoutOf, untilRead } from '../page-faults.ts';
import type { PortalFixture } from '../portal-fixture.ts';
import type { SignedIn, SupportFixture } from '../support-fixture.ts';

const program = browserFor(import.meta.filename);
const HEADLINE = 'Rye on Sundays';
const AD = { kind: 'static_ad', brief: { headline: HEADLINE } };
const HOUR_MS = 3_600_000;
/** A phone of 360 px at 200 %, where a page has half of that, and a phone whose letters alone are twice as large. */
const NARROWEST = [
  { width: 180, letters: '100%' },
  { width: 360, letters: '200%' },
] as const;

/** Before the page's scripts: the browser refuses any storage, as it does when all cookies are blocked. */
const REFUSE_STORAGE = `for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('Access is denied', 'SecurityError'); } });
}`;

/** In the page: the colors that a reader sees at the elements of some selectors. */
const colorsAt = (selectors: readonly string[]) => `${JSON.stringify(selectors)}.map((selector) => {
  const [of, part] = selector.split('::');
  const element = document.querySelector(of);
  if (element === null) throw new Error('nothing is at ' + selector);
  const { backgroundColor, borderInlineStartColor, borderInlineStartWidth } = getComputedStyle(element, part && '::' + part);
  return [backgroundColor, borderInlineStartWidth, borderInlineStartWidth === '0px' ? '' : borderInlineStartColor].join(' ');
})`;

describe.skipIf(program === null).concurrent('a page', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let ada: SignedIn;
  let account: string;
  let delivered: string;
  let reviewId: string;

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    [account, ada] = await Promise.all([portal.openAccount('Mill Lane'), support.signIn('Ada Lovelace')]);
    const pack = { source: 'top_up', credits: 3_000_000_000, reference: 'a billion and more' };
    const granted = await portal.call('POST', `/v1/accounts/${account}/grants`, pack);
    expect(granted.status).toBe(201);
    const [first, second] = await Promise.all([portal.submit(account, AD), portal.submit(account, AD)]);
    delivered = first;
    await portal.submit(account, { ...AD, test_scenario: 'never_finishes' });
    for (const job of [second, delivered]) {
      const { outputs } = await portal.untilEnded(account, job);
      const path = `/v1/outputs/${String(outputs[0].id)}/reports`;
      const report = await portal.call('POST', path, { category: 'broken', note: 'Cut off.' }, account);
      reviewId = String(report.body['id']);
    }
  });

  const goTo = (page: Page, place: string) => page.evaluate(`location.hash = '#/${place}'`);

  it('of billions of credits is whole on half a phone, and with letters twice as large', async () => {
    const customers = await portal.open(account);
    const supports = await support.open({}, ada);
    const faults: string[] = [];
    for (const [{ page }, place, sign] of [
      [customers, 'credits', HEADLINE],
      [customers, 'jobs', HEADLINE],
      [customers, `jobs/${delivered}`, 'Delivered and charged'],
      [customers, 'create', 'Price'],
      [supports, 'now', 'Stuck jobs'],
      [supports, `find?q=${account}`, 'Mill Lane'],
      [supports, `accounts/${account}`, 'Balance after'],
      [supports, `jobs/${delivered}`, 'Audit trail'],
      [supports, `reviews/${reviewId}`, 'Reports of this account'],
      [supports, 'ledger', 'All sources'],
      [supports, 'models', 'Cost and margin'],
    ] as const) {
      await goTo(page, place);
      await page.getByText(sign).first().waitFor();
      await untilRead(page);
      for (const { width, letters } of NARROWEST) {
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate(`document.documentElement.style.fontSize = '${letters}'`);
        const found = await brokenLayoutOf(page);
        faults.push(...found.map((fault) => `${place} at ${String(width)} px, ${letters}: ${fault}`));
      }
      await page.setViewportSize({ width: 1_280, height: 800 });
      await page.evaluate("document.documentElement.style.fontSize = ''");
    }
    expect(faults).toEqual([]);
    // On a phone the name in which support acts is whole.
    await supports.page.setViewportSize({ width: 360, height: 800 });
    const isWhole = await supports.page.evaluate<boolean>(`(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.querySelector('.actor');
      return clientWidth > 0 && scrollWidth <= clientWidth && scrollHeight <= clientHeight;
    })()`);
    expect(isWhole).toBe(true);
    await Promise.all([customers.close(), supports.close()]);
  });

  it('works in a browser that refuses storage: a draft, a submission, and an action of support', async () => {
    const own = await portal.openAccount();
    const { page, complaints, close } = await portal.open(own, {
      prepare: async (opened) => {
        await opened.addInitScript({ content: REFUSE_STORAGE });
      },
      to: 'create',
    });
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).waitFor();
    // A draft is kept while the reader looks at another page.
    await goTo(page, 'jobs');
    await page.getByText('No jobs yet').waitFor();
    await goTo(page, 'create');
    expect(await page.getByLabel('Headline').inputValue()).toBe(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).click();
    await page.getByText('Accepted, and its credits reserved').waitFor();
    const { body } = await portal.call('GET', '/v1/jobs', undefined, own);
    expect(body.data).toHaveLength(1);
    expect(complaints).toEqual([]);
    await close();

    const opened = await support.open({}, ada);
    await opened.page.addInitScript({ content: REFUSE_STORAGE });
    await opened.page.reload();
    await opened.goTo(`accounts/${own}`);
    await opened.page.getByRole('button', { name: 'Grant goodwill' }).click();
    await opened.page.getByLabel('Credits').fill('5');
    await opened.page.getByLabel('Reason').fill('A late delivery');
    await opened.page.getByText('adds 5 credits').waitFor();
    await opened.page.getByRole('button', { name: 'Grant', exact: true }).click();
    await opened.page.getByText('5 credits were granted').waitFor();
    await opened.page.keyboard.press('Escape');
    // What was viewed last is kept in the page.
    await opened.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await goTo(opened.page, 'find');
    await opened.page.getByText(own).waitFor();
    expect(opened.complaints).toEqual([]);
    await opened.close();
  });

  it('says at once that it is offline, and is live at once when that ends', async ({ expect }) => {
    let isFollowing = false;
    const { page, context, close } = await portal.open(account, {
      prepare: async (opened) => {
        await opened.clock.install();
        opened.on('response', (response) => {
          if (response.url().includes('/v1/events')) isFollowing = true;
        });
      },
    });
    await expect.poll(() => isFollowing).toBe(true);
    const banner = page.getByText('Holdfast cannot be reached');
    await page.getByText(HEADLINE).first().waitFor();
    await page.clock.pauseAt(Date.now() + 10_000);
    await context.setOffline(true);
    // Less than the 45 s after which a silent stream counts as dead.
    await page.clock.runFor(5_000);
    await banner.waitFor();
    // From here on no time passes, so that no wait before another try ends.
    const again = page.waitForRequest('**/v1/events*');
    await context.setOffline(false);
    await again;
    await page.clock.resume();
    await banner.waitFor({ state: 'hidden' });
    await close();
  });

  it('says right deadlines, and submits, on a computer whose clock is an hour off', async () => {
    for (const offMs of [-HOUR_MS, HOUR_MS]) {
      const own = await portal.openAccount();
      const { page, close } = await portal.open(own, {
        prepare: (opened) => opened.clock.install({ time: Date.now() + offMs }),
        to: 'create',
      });
      const priced = page.waitForResponse('**/v1/quotes');
      await page.getByLabel('Headline').fill(HEADLINE);
      const quote = (await (await priced).json()) as { returned_automatically_by: string };
      const promise = page.getByText('return by themselves if it is not ready by').locator('time');
      expect(await promise.innerText()).toContain(await clockTextIn(page, quote.returned_automatically_by));
      await page.getByText('More options').click();
      await page.getByLabel('Test scenario').selectOption('Never finishes');
      await page.getByRole('button', { name: 'Create for 35 credits' }).click();
      await page.getByText('Accepted, and its credits reserved').waitFor();
      const { body } = await portal.call('GET', '/v1/jobs', undefined, own);
      const [job] = body.data as readonly [{ id: string; returned_automatically_by: string }];
      const until = page.getByText('reserved. What is not ready by').locator('time');
      expect(await until.innerText()).toContain(await clockTextIn(page, job.returned_automatically_by));
      await close();

      const opened = await support.open({}, ada);
      await opened.page.clock.install({ time: Date.now() + offMs });
      await opened.page.reload();
      await opened.goTo(`jobs/${job.id}`);
      await opened.page.getByText('Audit trail').waitFor();
      const deadline = opened.page.getByText('Deadline', { exact: true }).locator('..').locator('time');
      expect(await deadline.innerText()).toContain(
        await clockTextIn(opened.page, job.returned_automatically_by),
      );
      // Still signed in: the API decides when the session ends.
      await opened.page.getByRole('button', { name: 'Sign out' }).waitFor();
      await opened.close();
    }
  });

  it('shows in forced colors what is chosen, where one is, and how much there is of what', async () => {
    const customers = await portal.open(account);
    await customers.page.emulateMedia({ forcedColors: 'active' });
    await customers.page.getByText(HEADLINE).first().waitFor();
    const differ = async (page: Page, one: string, other: string) => {
      const [first, second] = await page.evaluate<readonly string[]>(colorsAt([one, other]));
      return first === second ? [`${one} looks like ${other}`] : [];
    };
    const { page } = customers;
    await page.locator('.legend .swatch').first().waitFor();
    const faults = [
      ...(await differ(page, '.choice[aria-pressed=true]', '.choice[aria-pressed=false]')),
      ...(await differ(page, '.tab[aria-current]::after', '.tab:not([aria-current])::after')),
      ...(await differ(page, '.bar-available', '.bar-reserved')),
      ...(await differ(page, '.bar-available', '.bar')),
      ...(await differ(page, '.legend .swatch', '.legend')),
    ];
    const supports = await support.open({}, ada);
    await supports.page.emulateMedia({ forcedColors: 'active' });
    await goTo(supports.page, `accounts/${account}`);
    await supports.page.locator('.legend-item:nth-of-type(3)').waitFor();
    faults.push(
      ...(await differ(
        supports.page,
        '.legend-item:nth-of-type(2) .swatch',
        '.legend-item:nth-of-type(3) .swatch',
      )),
    );
    await goTo(supports.page, 'reviews');
    await supports.page.locator('.queue-line[aria-current]').waitFor();
    faults.push(
      ...(await differ(supports.page, '.queue-line[aria-current]', '.queue-line:not([aria-current])')),
    );
    expect(faults).toEqual([]);
    await Promise.all([customers.close(), supports.close()]);
  });

  it('keeps a dialog open when a selection is drawn out of it, and closes it by a click beside it', async () => {
    const { page, close } = await portal.open(account, { to: `jobs/${delivered}` });
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const field = page.getByLabel('What should be different?');
    await field.fill('Warmer light, as in the morning');
    const box = await field.boundingBox();
    if (box === null) throw new Error('the field is not shown');
    await page.mouse.move(box.x + 80, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(5, box.y + 12, { steps: 4 });
    await page.mouse.up();
    expect(await field.inputValue()).toBe('Warmer light, as in the morning');
    expect(await page.getByRole('dialog').isVisible()).toBe(true);
    await page.mouse.click(5, box.y + 12);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await close();
  });

  it('of support notices that another person has signed in in another tab, and that this person has signed out', async () => {
    const first = await support.open({}, await support.signIn('Grace Hopper'));
    const { page } = first;
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${portal.apiUrl}/console`);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await support.fillIn({ ...first, page: other }, 'Mary Jackson', support.platformKey);
    await other.getByRole('button', { name: 'Sign out' }).waitFor();
    await goTo(page, 'models');
    await page.getByText('You act as Mary Jackson now').waitFor();
    expect(await page.locator('.actor').innerText()).toBe('Mary Jackson');
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByLabel('Your name').waitFor();
    // As when its tab is chosen again.
    await page.evaluate("dispatchEvent(new Event('focus'))");
    await page.getByLabel('Your name').waitFor();
    await first.close();
  });
});

/** As the page's own time zone writes an instant. */
const clockTextIn = (page: Page, at: string) =>
  page.evaluate<string>(
    `new Date('${at}').toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })`,
  );
