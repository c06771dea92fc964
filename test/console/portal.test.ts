import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../browser/find-browser.ts';
import { withPages } from './enter-console.ts';
import { voiceStudio } from './voice-studio-catalogue.ts';
import { WIDTHS, type OpenPortal, type PortalFixture } from './portal-fixture.ts';
import { WATCH_AVAILABLE } from './watch-available.ts';

const program = browserFor(import.meta.filename);
const HEADLINE = 'Fresh bread, every morning';
const AD = { kind: 'static_ad', brief: { headline: HEADLINE } };

/** Markup, script, a text from right to left, signs without width: allowed in a headline, and a risk for a page. */
const HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>&amp; مرحبا {{7*7}}';

/** The account's reports come on the second page, behind as many of later jobs. */
async function putReportsBefore(page: Page): Promise<void> {
  await page.route(/\/v1\/reviews\?/, async (route) => {
    const url = new URL(route.request().url());
    const isFirst = !url.searchParams.has('cursor');
    url.searchParams.delete('cursor');
    const response = await route.fetch({ url: String(url) });
    const { data } = (await response.json()) as { readonly data: readonly object[] };
    const ofLaterJobs = data.map((review) => ({ ...review, job_id: 'job_of_later' }));
    const first = { data: ofLaterJobs, next_cursor: data.length === 0 ? null : 'second' };
    await route.fulfill(isFirst ? { response, json: first } : { response });
  });
}

const TOKEN_REFUSED = {
  ...{ type: 'https://holdfast.example.com/problems/unauthenticated', status: 401, code: 'unauthenticated' },
  ...{ title: 'The key is missing or not valid', detail: 'Send a live key.', retryable: false, billed: 'no' },
  request_id: 'req_0123456789abcdef0123456789abcdef',
};

describe.skipIf(program === null).concurrent('the portal', () => {
  let portal: PortalFixture;
  let account: string;
  let delivered: string;
  let failed: string;

  withPages(program, async (pages) => {
    ({ portal } = pages);
    account = await portal.openAccount();
    delivered = await portal.submit(account, AD);
    failed = await portal.submit(account, {
      ...AD,
      brief: { headline: HOSTILE },
      test_scenario: 'fails_after_start',
    });
    await Promise.all([portal.untilEnded(account, delivered), portal.untilEnded(account, failed)]);
  });

  const available = async (open: OpenPortal) =>
    Number((await open.page.getByTestId('available').innerText()).replaceAll(/\D/g, ''));

  it.each(WIDTHS)(
    'has no fault that axe finds on any page in either theme, and nothing wider than the screen: %i px',
    async (width) => {
      const open = await portal.open(account, { width });
      const { page } = open;
      await page.getByText('35 reserved, 35 returned').waitFor();
      expect(await portal.faultsInBothThemes(page)).toEqual([]);
      for (const [place, sign] of [
        ['jobs', HEADLINE],
        [`jobs/${delivered}`, 'Delivered and charged'],
        [`jobs/${failed}`, '35 credits returned'],
        ['create', 'Price'],
      ] as const) {
        await page.evaluate(`location.hash = '#/${place}'`);
        await page.getByText(sign).first().waitFor();
        expect(await portal.faultsInBothThemes(page), place).toEqual([]);
      }
      expect(open.complaints).toEqual([]);
      await open.close();
    },
  );

  it('shows the credits of a failed job reserved and then returned, by events rather than the next refresh', async ({
    expect,
  }) => {
    const own = await portal.openAccount();
    const open = await portal.open(own);
    const { page } = open;
    await page.getByTestId('available').waitFor();
    expect(await available(open)).toBe(1_000);
    await page.evaluate(WATCH_AVAILABLE);
    const before = Date.now();
    // Held until it is shown: a job that fails by itself may return its credits before a busy page has read them.
    const id = await portal.submit(own, { ...AD, test_scenario: 'never_finishes' });
    await expect.poll(() => available(open)).toBe(965);
    await portal.call('POST', `/v1/jobs/${id}/release`, { reason: 'It never ends.' }, own);
    const job = await portal.untilEnded(own, id);
    await page.getByText('35 reserved, 35 returned').waitFor();
    await expect.poll(() => available(open)).toBe(1_000);
    // Every figure that was shown, in order, with its time.
    const shown = await page.evaluate<{ credits: number; at: number }[]>('window.shown');
    expect(shown.map(({ credits }) => credits)).toEqual([1_000, 965, 1_000]);
    const heldMs = Number(shown[1]?.at) - before;
    const returnedMs = Number(shown[2]?.at) - Date.parse(job.finished_at);
    // Printed only, since a busy machine is slower. The limit shows that an event caused it, not the next refresh after
    // 15 s.
    console.log(`seen after ${String(heldMs)} ms (with the submission) and ${String(returnedMs)} ms`);
    expect(heldMs).toBeLessThan(10_000);
    expect(returnedMs).toBeLessThan(10_000);
    await open.close();
  });

  it('creates one job at the price shown, after a double click and going back', async () => {
    const own = await portal.openAccount();
    const open = await portal.open(own, { to: 'create' });
    const { page } = open;
    await page.getByLabel('Headline').fill(HEADLINE);
    const button = page.getByRole('button', { name: 'Create for 35 credits' });
    await button.waitFor();
    expect(await page.getByTestId('quote-total').innerText()).toBe('35 credits');
    await button.dblclick();
    await page.getByText('Accepted, and its credits reserved').waitFor();
    await page.goBack();
    await page.getByText('You have created this').waitFor();
    await page.getByRole('button', { name: 'Create another' }).click();
    await button.waitFor();
    const { body } = await portal.call('GET', '/v1/jobs', undefined, own);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({ title: HEADLINE, billing: { quoted: 35 } });
    await open.close();
  });

  it('submits under the same key after a lost response, a refused token and a reload', async () => {
    const own = await portal.openAccount();
    const open = await portal.open(own, { to: 'create' });
    const { page, token } = open;
    const keys: (string | undefined)[] = [];
    // The submission arrives and its response is lost, twice, since the client retries once by itself.
    await page.route('**/v1/jobs', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length <= 2) {
        await route.fetch();
        await route.abort();
      } else if (keys.length === 3) {
        await route.fulfill({ status: 401, contentType: 'application/problem+json', json: TOKEN_REFUSED });
      } else {
        await route.continue();
      }
    });
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).click();
    await page.getByText('Trying again is safe').waitFor();
    // It says nothing of the submission before it.
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(TOKEN_REFUSED.title).waitFor();
    await page.goto('about:blank');
    await page.goto(`${portal.apiUrl}/portal#token=${token}&to=create`);
    expect(await page.getByLabel('Headline').inputValue()).toBe(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).click();
    await page.getByText('Accepted, and its credits reserved').waitFor();
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    const { body } = await portal.call('GET', '/v1/jobs', undefined, own);
    expect(body.data).toHaveLength(1);
    await open.close();
  });

  it('says how many credits are missing for a price, and offers the packs', async () => {
    const own = await portal.openAccount();
    const open = await portal.open(own, { to: 'create' });
    const { page } = open;
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByLabel('Variations').fill('50');
    await page.getByText('750 credits are missing').waitFor();
    expect(await page.locator('.pack').count()).toBe(3);
    expect(await page.getByRole('button', { name: /^Create for/ }).isDisabled()).toBe(true);
    await open.close();
  });

  it('shows what the API finds wrong with a field at that field', async () => {
    const open = await portal.open(account, { to: 'create' });
    const { page } = open;
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('textbox', { name: 'Brand color optional' }).fill('blue');
    await page.getByText('A color as #rrggbb.').waitFor();
    expect(await page.locator('.create-price').innerText()).not.toContain('#rrggbb');
    expect(
      await page.getByRole('textbox', { name: 'Brand color optional' }).getAttribute('aria-invalid'),
    ).toBe('true');
    // A fault that no field of the form shows, such as of a kind that is no longer offered, is named beside it.
    const errors = [{ pointer: '/kind', code: 'unknown', detail: 'It is not offered.' }];
    await page.route('**/v1/quotes', (route) =>
      route.fulfill({
        status: 400,
        contentType: 'application/problem+json',
        json: { ...TOKEN_REFUSED, status: 400, code: 'invalid_request', errors },
      }),
    );
    await page.getByLabel('Headline').fill('Rye');
    await page.locator('.create-price').getByText('Kind: It is not offered.').waitFor();
    await open.close();
  });

  it('reports an output by keys alone and shows the decision; Escape leaves an edit and returns the focus', async () => {
    const open = await portal.open(account, { to: `jobs/${delivered}`, prepare: putReportsBefore });
    const { page } = open;
    await page.getByRole('button', { name: 'Edit' }).press('Enter');
    await page.getByLabel('What should be different?').fill('Warmer light');
    const create = page.getByRole('button', { name: 'Create the edit for 35 credits' });
    await create.waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Edit' }).and(page.locator(':focus')).waitFor();

    await page.getByRole('button', { name: 'Report a problem' }).press('Enter');
    await page.getByRole('radio').first().focus();
    await page.keyboard.press('Space');
    await page.getByText('What helps').waitFor();
    await page.getByText('If it is broken, its credits come back').waitFor();
    await page.getByLabel('What do you see?').fill(HOSTILE);
    await page.getByRole('button', { name: 'Send the report' }).press('Enter');
    await page.getByText('Being looked at').waitFor();
    expect(await page.evaluate('window.hurt')).toBeUndefined();
    const { body } = await portal.call('GET', '/v1/reviews', undefined, account);
    await portal.call('POST', `/v1/reviews/${String(body.data[0].id)}/decision`, {
      decision: 'refund',
      reason: 'The crust is cut off.',
    });
    await page.getByText('The crust is cut off.').waitFor({ timeout: 25_000 });
    await page.getByText('Refunded', { exact: true }).first().waitFor();
    await open.close();
  });

  it('keeps its token in memory only: in no address, referrer or storage', async () => {
    const open = await portal.open(account);
    const { page, token, context } = open;
    await page.getByTestId('available').waitFor();
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.locator('.job-row').first().waitFor();
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, document.referrer, { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML, history.state])',
    );
    expect(kept).not.toContain(token);
    // Requests have no fragment; Playwright reports the page's own address with it.
    const elsewhere = open.asked.filter((address) => !address.includes('/portal#token='));
    expect(elsewhere.length).toBeGreaterThan(5);
    expect(elsewhere.join(' ')).not.toContain(token);
    expect(JSON.stringify(await context.storageState())).not.toContain(token);
    await open.close();
  });

  it('offers only the actions that its token allows', async () => {
    const open = await portal.open(account, { can: ['read'], to: `jobs/${delivered}` });
    const { page } = open;
    await page.getByRole('button', { name: 'Download' }).waitFor();
    for (const name of ['Edit', 'Regenerate', 'Report a problem']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    }
    expect(await page.getByRole('link', { name: 'Create' }).count()).toBe(0);
    await open.close();
  });

  it('makes a form from the schema of any kind, and sends its values', async ({ expect }) => {
    const own = await portal.openAccount();
    const { catalogue, requestOf } = voiceStudio();
    const open = await portal.open(own, {
      to: 'create',
      prepare: async (page) => {
        await page.route('**/v1/catalogue', async (route) => {
          const shipped = (await (await route.fetch()).json()) as object;
          await route.fulfill({ json: { ...shipped, ...catalogue } });
        });
        await page.route('**/v1/quotes', (route) =>
          route.fulfill(requestOf.answer(route.request().postDataJSON())),
        );
      },
    });
    const { page } = open;
    await page.getByText('Fill in script to see the price.').waitFor();
    await page.getByLabel('Script').fill('Good morning. The rolls are warm.');
    await page.getByLabel('Language').selectOption('De');
    await page.getByText('40 credits').first().waitFor();
    await page.getByRole('button', { name: 'Podcast clip' }).click();
    await page.getByLabel('Topic').fill('Bread');
    await page.getByLabel('Seconds').fill('30');
    // The price of the values before may be shown until theirs arrives.
    await expect
      .poll(() => requestOf.asked.at(-1))
      .toEqual({ kind: 'podcast_clip', topic: 'Bread', seconds: 30 });
    await page.getByRole('button', { name: 'Create for 40 credits' }).waitFor();
    expect(requestOf.asked).toContainEqual({
      kind: 'voice_over',
      script: 'Good morning. The rolls are warm.',
      language: 'de',
    });
    await open.close();
  });

  it('serves <holdfast-credits> to any page by one script tag, live, styled by variables', async () => {
    const own = await portal.openAccount();
    const open = await portal.open(own);
    const { page, token } = open;
    await page.route('**/shop', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><i><holdfast-credits></holdfast-credits></i>
          <script>document.querySelector('holdfast-credits').token = '${token}';</script>
          <script src="/portal/holdfast-credits.js"></script>
          <style>b { --holdfast-accent: rgb(1, 2, 3); }</style>
          <b><holdfast-credits token="${token}"></holdfast-credits></b>`,
      }),
    );
    await page.goto(`${portal.apiUrl}/shop`);
    const element = page.locator('b holdfast-credits');
    await element.getByText('1,000').waitFor();
    // Its token was set before the script had defined the element.
    await page.locator('i holdfast-credits').getByText('1,000').waitFor();
    expect(await page.evaluate("Object.hasOwn(document.querySelector('i > *'), 'token')")).toBe(false);
    expect(await element.getAttribute('token')).toBeNull();
    const color = await element
      .locator('strong')
      .evaluate(
        "getComputedStyle(document.querySelector('b > holdfast-credits').shadowRoot.querySelector('strong')).color",
      );
    expect(color).toBe('rgb(1, 2, 3)');
    await portal.submit(own, { ...AD, test_scenario: 'never_finishes' });
    await element.getByText('credits · 35 reserved').waitFor();
    await open.close();
  });

  it('says how to get a token when opened without one, and leaves no token of a wrong link in its address', async () => {
    const open = await portal.open(account);
    const { page, token } = open;
    for (const [link, place, sign] of [
      ['', '', 'This page is opened from your account'],
      ['#token=hf_portal_cut', '#/credits', 'This page is opened from your account'],
      [`?token=${token}`, '', 'This page is opened from your account'],
      [`#token=${token}%20`, '#/credits', 'This page is opened from your account'],
      [`?token=${token}#token=${token}&to=jobs%3Fstate=failed`, '#/credits', 'Where'],
    ] as const) {
      await page.goto('about:blank');
      await page.goto(`${portal.apiUrl}/portal${link}`);
      await page.getByText(sign).first().waitFor();
      expect(page.url(), link.replaceAll(token, '…')).toBe(`${portal.apiUrl}/portal${place}`);
      if (link === '') expect(await portal.faultsOf(page)).toEqual([]);
    }
    await open.close();
  });
});
