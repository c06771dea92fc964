import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { browserFor } from '../browser/find-browser.ts';
import { PIXEL, startAssetServer, type AssetServer } from '../activities/asset-server.ts';
import { withPages } from './enter-console.ts';
import { WIDTHS, type PortalFixture } from './portal-fixture.ts';
import type { SignedIn, SupportFixture } from './support-fixture.ts';

const program = browserFor(import.meta.filename);
const HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>&amp; مرحبا';
/** The API's problem for a mistake of ours: the call may or may not have been done. */
const INTERNAL = {
  ...{ type: 'https://holdfast.example.com/problems/internal', title: 'Something went wrong', status: 500 },
  ...{ code: 'internal', detail: 'See the log.', retryable: true, billed: 'unknown' },
  request_id: 'req_0123456789abcdef0123456789abcdef',
};
const AD = { kind: 'static_ad', brief: { headline: 'Rye on Sundays', body: HOSTILE } };

describe.skipIf(program === null).concurrent('support’s console', () => {
  let support: SupportFixture;
  let api: PortalFixture;
  let account: string;
  let delivered: string;
  let reviewId: string;
  let pictures: AssetServer;
  let ada: SignedIn;
  let grace: SignedIn;

  const report = async (jobId: string): Promise<string> => {
    const job = await api.untilEnded(account, jobId);
    const outputId = job['outputs'][0]['id'] as string;
    const answer = await api.call(
      'POST',
      `/v1/outputs/${outputId}/reports`,
      { category: 'broken', note: HOSTILE },
      account,
    );
    return answer.body['id'] as string;
  };

  withPages(program, async (pages) => {
    ({ support, portal: api } = pages);
    pictures = await startAssetServer();
    pictures.on('/logo.png', (response) => response.end(PIXEL));
    account = await api.openAccount(HOSTILE);
    [ada, grace] = await Promise.all([support.signIn('Ada Lovelace'), support.signIn('Grace Hopper')]);
    const brief = { ...AD.brief, reference_asset_urls: [`${pictures.url}/logo.png`] };
    delivered = await api.submit(account, { ...AD, brief });
    reviewId = await report(delivered);
  });
  afterAll(() => pictures.close());

  it('refuses a wrong key in words, opens with a right one, and closes at the sign-out', async () => {
    const open = await support.open({});
    const { page } = open;
    await support.fillIn(open, 'Ada Lovelace', 'hf_live_0123456789abcdef0123_nothing');
    await page.getByText('This key is not valid').waitFor();
    await support.fillIn(open, 'Ada Lovelace', support.platformKey);
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.getByLabel('An id, or an account’s name').last().fill(account);
    await page.getByRole('link', { name: account }).click();
    await page.getByRole('heading', { name: 'Balance', exact: true }).waitFor();
    expect(await page.evaluate('localStorage.length')).toBe(0);
    const other = await page.context().newPage();
    await other.goto(page.url().replace(/#.*/, '#/now'));
    await other.getByText('As of').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to support' }).waitFor();
    // The other tab's next read is refused.
    await other.getByText('Your session has ended. Sign in again.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to support' }).waitFor();
    expect(open.complaints).toEqual([]);
    await open.close();
  });

  it('refunds as previewed, and refuses a second person’s refund in words', async () => {
    const jobId = await api.submit(account, AD);
    await api.untilEnded(account, jobId);
    const [one, two] = await Promise.all([support.open({}, ada), support.open({}, grace)]);
    for (const { page, goTo } of [one, two]) {
      await goTo(`jobs/${jobId}`);
      await page.getByText('Yes: 35 credits.').waitFor();
      await page.getByRole('button', { name: 'Refund' }).click();
      await page.getByText('returns 35 credits to the sign-up grant, which does not end').waitFor();
      await page.getByLabel('Reason').fill('It is blurred');
    }
    const refund = (open: typeof one) =>
      open.page.getByRole('dialog').getByRole('button', { name: 'Refund' }).click();
    await refund(one);
    await one.page.getByText('Reserved 0, charged 35, returned 0, refunded 35.').waitFor();
    await refund(two);
    await two.page.getByText('All that was charged has been given back already.').first().waitFor();
    await Promise.all([one.close(), two.close()]);
  });

  it('grants once when the response is an error after the grant and the person tries again', async () => {
    const own = await api.openAccount('Retried');
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`accounts/${own}`);
    // The client retries once by itself, so two responses are replaced.
    let replaced = 0;
    await page.route(`**/v1/accounts/${own}/grants`, async (route) => {
      const { dry_run: isDryRun } = route.request().postDataJSON() as { readonly dry_run?: boolean };
      if (isDryRun === true || replaced === 2) {
        await route.continue();
        return;
      }
      replaced += 1;
      expect((await route.fetch()).status()).toBeLessThan(300);
      await route.fulfill({ status: 500, contentType: 'application/problem+json', json: INTERNAL });
    });
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Grant goodwill' }).click();
    // No other number is made of a text.
    await page.getByLabel('Credits').pressSequentially('-2.5');
    await dialog.getByText('Write a whole number').waitFor();
    expect(await dialog.getByRole('button', { name: 'Grant' }).isDisabled()).toBe(true);
    await page.getByLabel('Credits').fill('250');
    await page.getByLabel('Reason').fill('The oven was cold');
    await dialog.getByText('adds 250 credits').waitFor();
    await dialog.getByRole('button', { name: 'Grant' }).click();
    await dialog.getByText('Something went wrong').waitFor();
    expect(replaced).toBe(2);
    await dialog.getByText('adds 250 credits').waitFor();
    await dialog.getByRole('button', { name: 'Grant' }).click();
    await dialog.getByText('250 credits were granted').waitFor();
    const { body } = await api.call('GET', '/v1/balance', undefined, own);
    const { grants } = body as { readonly grants: readonly { readonly source: string }[] };
    expect(grants.filter(({ source }) => source === 'goodwill')).toHaveLength(1);
    await open.close();
  });

  it('goes through the queue of reviews and decides one by the keyboard alone', async () => {
    const id = await report(await api.submit(account, AD));
    const open = await support.open({}, grace);
    const { page } = open;
    // Other tests report and decide meanwhile: the queue has these two only.
    await page.route('**/v1/reviews?state=open*', async (route) => {
      const own = await Promise.all([id, reviewId].map((one) => api.call('GET', `/v1/reviews/${one}`)));
      const data = own.map(({ body }) => body as { readonly state: string });
      await route.fulfill({
        json: { data: data.filter(({ state }) => state === 'open'), next_cursor: null },
      });
    });
    await open.goTo(`reviews/${id}`);
    await page.locator('.queue-line').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.locator(`.queue-line[aria-current][href*="${reviewId}"]`).waitFor();
    // Two keys faster than a page is rendered: there and back.
    await page.evaluate("for (const key of 'kj') dispatchEvent(new KeyboardEvent('keydown', { key }))");
    expect(await page.evaluate('location.hash')).toBe(`#/reviews/${reviewId}`);
    await page.keyboard.press('k');
    await page.locator(`.queue-line[aria-current][href*="${id}"]`).waitFor();
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    await page.keyboard.press('d');
    await page.getByText('closes the review, and moves no credits').waitFor();
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('It is as it was asked');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('The customer reads your reason.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('It is as it was asked').waitFor();
    await open.close();
  });

  it('shows the brief’s reference pictures beside the output', async () => {
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`reviews/${reviewId}`);
    for (const picture of ['Reference 1', 'The reported output']) {
      await page.getByRole('img', { name: picture }).waitFor();
      await page.waitForFunction(`document.querySelector('img[alt="${picture}"]').naturalWidth > 0`);
    }
    await open.goTo(`jobs/${delivered}`);
    for (const picture of ['Reference 1', 'The output']) {
      await page.getByRole('img', { name: picture, exact: true }).waitFor();
    }
    expect(open.complaints).toEqual([]);
    await open.close();
  });

  it('shows an account’s available credits day by day', async () => {
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`accounts/${await api.openAccount('Limited')}`);
    await page.getByRole('img', { name: 'What was available by day and source' }).waitFor();
    await open.close();
  });

  it('shows a month of the ledger by source and by day, and downloads it as CSV', async () => {
    await expect
      .poll(async () => (await api.call('GET', '/v1/ledger/report')).body['data'], {
        timeout: 60_000,
      })
      .toContainEqual(expect.objectContaining({ source: 'sign_up' }));
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo('ledger');
    await page.getByRole('cell', { name: 'All sources' }).waitFor();
    await page.getByText('Nothing is held back').waitFor();
    await page.getByRole('img', { name: 'Credits outstanding by day and source' }).waitFor();
    await page.getByRole('button', { name: 'Issued' }).click();
    await page.locator('.chart-frame canvas').waitFor();
    await page.getByRole('img', { name: 'Credits issued by day and source' }).waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    expect(await text(await file.createReadStream())).toMatch(/^month,source,opening,[^]*\r\n[^,]*,sign_up,/);
    await page.getByLabel('Month').selectOption({ index: 11 });
    await page.getByText('There were no credits in this month').waitFor();
    expect(open.complaints).toEqual([]);
    await open.close();
  });

  it.each(WIDTHS)(
    'shows hostile texts as plain text, with no fault that axe finds in either theme: %i px',
    async (width) => {
      const open = await support.open({ width }, ada);
      const { page, goTo } = open;
      for (const [place, sign] of [
        ['now', 'Stuck jobs'],
        [`find?q=${account}`, 'Account'],
        [`jobs/${delivered}`, 'Yes: it was delivered.'],
        [`reviews/${reviewId}`, 'Reports of this account'],
        [`accounts/${account}`, 'Rye on Sundays'],
        ['models', 'local/render'],
        ['ledger', 'Outstanding'],
      ] as const) {
        await goTo(place);
        await page.getByText(sign).first().waitFor();
        expect(await api.faultsInBothThemes(page), place).toEqual([]);
      }
      expect(await page.evaluate('window.hurt')).toBeUndefined();
      expect(open.complaints).toEqual([]);
      await open.close();
    },
  );
});
