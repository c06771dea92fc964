import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../browser/find-browser.ts';
import { enterPages, type ConsolePages } from './enter-console.ts';
import type { PortalFixture } from './portal-fixture.ts';

const program = browserFor(import.meta.filename);
const HEADLINE = 'Fresh bread, every morning';
const AD = { kind: 'static_ad', brief: { headline: HEADLINE } };
const RULE = 'Cancel at any time before it is delivered and all of its credits return.';
/** What the API says while its database is away. */
const AWAY = {
  type: 'https://holdfast.example.com/problems/unavailable',
  title: 'Temporarily unavailable',
  ...{ status: 503, code: 'unavailable', retryable: true, billed: 'no' },
  detail: 'Send the same request with the same Idempotency-Key after Retry-After.',
  request_id: 'req_0123456789abcdef0123456789abcdef',
};
const DAY_MS = 86_400_000;
/** A busy machine takes long for what a page does at once. */
const PATIENT = { timeout: 20_000 } as const;

/** The same for a test that waits for three or four jobs. */
const FOUR_JOBS = { timeout: 300_000 } as const;

/** In the page: where the sound comes from, and how long it plays once its content is known. */
const READ_SOUND = `new Promise((resolve, reject) => {
  const medium = document.querySelector('audio');
  const done = () => resolve({ from: new URL(medium.src).protocol, seconds: medium.duration });
  medium.addEventListener('error', () => reject(medium.error));
  if (medium.readyState > 0) done();
  else medium.addEventListener('loadedmetadata', done);
})`;

describe.skipIf(program === null).concurrent('a customer', () => {
  let pages: ConsolePages | undefined;
  let portal: PortalFixture;

  beforeAll(async () => {
    pages = await enterPages(program);
    ({ portal } = pages);
  });
  afterAll(() => pages?.close());

  const titles = (page: Page) => page.locator('.job-row .line-title').allInnerTexts();

  it('reads each line of a price, the balance after it, when credits return, and what a cancel returns', async () => {
    const open = await portal.open(await portal.openAccount(), { to: 'create' });
    const { page } = open;
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).waitFor();
    const priced = page.waitForResponse('**/v1/quotes');
    await page.getByLabel('Variations').fill('3');
    const quote = (await (await priced).json()) as { returned_automatically_by: string };
    await page.getByRole('button', { name: 'Create for 105 credits' }).waitFor();
    const price = page.getByRole('complementary', { name: 'Price' });
    const words = (await price.innerText()).replaceAll(/\s+/g, ' ');
    expect(words).toContain('Static ad 3 × 35');
    expect(words).toContain('Total 105 credits');
    expect(words).toContain('Available now 1,000 Available after 895');
    expect(words).toContain(RULE);
    const by = price.getByText('return by themselves if it is not ready by').locator('time');
    expect(await by.getAttribute('datetime')).toBe(quote.returned_automatically_by);
    expect(await by.innerText()).toMatch(/\d\d:\d\d$/);
    await open.close();
  });

  it('whose account is frozen is told so before and after a submission, and keeps all credits', async () => {
    const account = await portal.openAccount();
    await portal.call('POST', `/v1/accounts/${account}/freeze`, { reason: 'a chargeback' });
    const open = await portal.open(account, { to: 'create' });
    const { page } = open;
    await page.getByText('New work is paused for this account').waitFor();
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).click();
    await page.getByRole('alert').getByText('The account is frozen').first().waitFor();
    await page.getByRole('link', { name: 'Credits', exact: true }).click();
    await page.getByText('New work is paused for this account').waitFor();
    expect(await page.getByTestId('available').innerText()).toContain('1,000');
    await open.close();
  });

  it('filters jobs, history and usage by the address, which keeps the filters when going back', async ({
    expect,
  }) => {
    const account = await portal.openAccount();
    const id = await portal.submit(account, AD);
    const cold = await portal.submit(account, {
      ...AD,
      brief: { headline: 'Cold bread' },
      test_scenario: 'fails_after_start',
    });
    const running = await portal.submit(account, {
      ...AD,
      brief: { headline: 'Rolls' },
      test_scenario: 'never_finishes',
    });
    await portal.untilEnded(account, id);
    await portal.untilEnded(account, cold);
    const open = await portal.open(account, { to: 'jobs' });
    const { page } = open;
    const choose = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const place = () => new URL(page.url()).hash;
    await choose('Failed');
    await expect.poll(() => titles(page), PATIENT).toEqual(['Cold bread']);
    await page.getByLabel('Kind').selectOption('Video ad');
    await page.getByText('No job fits these filters').waitFor();
    expect(place()).toBe('#/jobs?state=failed&kind=video_ad');
    await page.getByLabel('Kind').selectOption('Static ad');
    await page.locator('.job-row').click();
    await page.getByText('What happened').waitFor();
    await page.goBack();
    await expect.poll(() => titles(page), PATIENT).toEqual(['Cold bread']);
    expect(place()).toBe('#/jobs?state=failed&kind=static_ad');

    // A job that is no longer as the filter says leaves the list.
    await page.evaluate(`location.hash = '#/jobs?state=running'`);
    await page.locator('.job-row', { hasText: 'Rolls' }).waitFor();
    await expect.poll(() => titles(page), PATIENT).toEqual(['Rolls']);
    await portal.call('POST', `/v1/jobs/${running}/cancel`, undefined, account);
    await page.getByText('No job fits these filters').waitFor();

    await page.evaluate(`location.hash = '#/credits'`);
    await page.getByText('Fresh bread').first().waitFor();
    await choose('Credits in and out');
    await page.getByText('Credits added').waitFor();
    await expect.poll(() => page.getByText(HEADLINE).count(), PATIENT).toBe(0);
    const asked = page.waitForRequest((request) => request.url().includes('/v1/usage?from='));
    await choose('90 days');
    await asked;
    await expect.poll(place, PATIENT).toBe('#/credits?only=other&days=90');

    // Of values that no filter has, nothing is filtered.
    const pressed = () => page.locator('[aria-pressed=true]').allInnerTexts();
    await page.evaluate(`location.hash = '#/credits?only=none&days=7'`);
    await expect.poll(pressed, PATIENT).toEqual(['30 days', 'Everything']);
    await page.evaluate(`location.hash = '#/jobs?state=none&kind=none'`);
    await expect.poll(async () => (await titles(page)).length, PATIENT).toBe(3);
    expect([await pressed(), await page.getByLabel('Kind').inputValue()]).toEqual([['All'], '']);
    await open.close();
  });

  it('reads the statement of the days that were chosen, and a history that recovers by itself and has metered use', async ({
    expect,
  }) => {
    const openedAt = Date.now();
    const account = await portal.openAccount();
    const { finished_at } = await portal.untilEnded(account, await portal.submit(account, AD));
    let isAway = true;
    const open = await portal.open(account, {
      width: 360,
      prepare: async (one) => {
        await one.route('**/v1/history*', async (route) => {
          if (!isAway) await route.continue();
          else await route.fulfill({ status: 503, contentType: 'application/problem+json', json: AWAY });
        });
      },
    });
    const { page } = open;
    await page.getByText('Temporarily unavailable').waitFor();
    await page.getByText('Try again in a moment.').waitFor();
    isAway = false;
    await page.getByText('Credits added').waitFor();
    await page.getByRole('button', { name: 'Statement' }).click();
    const dialog = page.getByRole('dialog');
    // Of the account and of its charge, which may be two days: a day may end meanwhile.
    const dayOf = (daysAgo: number) => new Date(openedAt - daysAgo * DAY_MS).toISOString().slice(0, 10);
    const chargedOn = String(finished_at).slice(0, 10);
    const choose = async (from: string, to: string) => {
      await dialog.getByLabel('From').fill(from);
      await dialog.getByLabel('Up to and including').fill(to);
    };
    const factsOf = async () => (await dialog.locator('.facts').innerText()).replaceAll(/\s+/g, ' ');
    const save = async () => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: 'Download CSV' }).click(),
      ]);
      return {
        name: file.suggestedFilename(),
        lines: (await text(await file.createReadStream())).trim().split('\r\n'),
      };
    };
    await choose(dayOf(0), chargedOn);
    await expect
      .poll(factsOf, PATIENT)
      .toBe('Opening balance 0 Credits added +1,000 Charged −35 Refunded 0 Closing balance 965 credits');
    const today = await save();
    expect(today.name).toBe(`credits-${dayOf(0)}-${chargedOn}.csv`);
    expect(today.lines.filter((line) => line.includes(',commit,'))).toHaveLength(1);
    await choose(dayOf(3), dayOf(1));
    await expect.poll(factsOf, PATIENT).toContain('Closing balance 0 credits');
    expect((await save()).lines).toHaveLength(1);
    await choose(dayOf(-1), dayOf(-2));
    await expect.poll(factsOf, PATIENT).toContain('Opening balance 965');
    await page.keyboard.press('Escape');

    // No event tells of it.
    await portal.call('POST', '/v1/usage', { kind: 'chat_message', quantity: 1 }, account);
    await page.getByText('balance 964').waitFor({ timeout: 60_000 });
    await open.close();
  });

  it(
    'edits an output at the price shown, regenerates and reports it, and cancels an edit, by clicks on a dark page',
    FOUR_JOBS,
    async () => {
      const account = await portal.openAccount();
      const job = await portal.untilEnded(account, await portal.submit(account, AD));
      const open = await portal.open(account, { theme: 'dark', to: `jobs/${String(job.id)}` });
      const { page } = open;
      await page.getByRole('button', { name: 'Edit' }).click();
      await page.getByLabel('What should be different?').fill('Warmer light');
      await page.getByRole('button', { name: 'Create the edit for 35 credits' }).dblclick();
      // The page of the source says 'Delivered and charged' too, until that of the edit is shown.
      await page.getByText('Made from').waitFor();
      await page.getByText('Delivered and charged').waitFor();
      const { body } = await portal.call('GET', '/v1/jobs?kind=edit', undefined, account);
      expect(body.data).toMatchObject([{ kind: 'edit', billing: { quoted: 35, committed: 35 } }]);
      await page.getByRole('button', { name: 'Report a problem' }).click();
      await page.getByRole('radio', { name: /It is broken/ }).check();
      await page.getByRole('button', { name: 'Send the report' }).click();
      await page.getByText('Being looked at').waitFor();
      await page.getByRole('button', { name: 'Regenerate', exact: true }).click();
      await page.getByRole('button', { name: 'Regenerate for 35 credits' }).click();
      await page.waitForURL(
        (url) => url.hash.startsWith('#/jobs/') && !url.hash.includes(String(body.data[0].id)),
      );
      await page.getByText('Delivered and charged').waitFor();
      const running = await portal.submit(account, {
        ...{ kind: 'edit', source_output_id: job.outputs[0].id, instruction: 'Colder' },
        test_scenario: 'never_finishes',
      });
      await page.evaluate(`location.hash = '#/jobs/${running}'`);
      await page.getByRole('button', { name: 'Cancel job' }).click();
      await page.getByRole('dialog').getByText(RULE).waitFor();
      await page.getByRole('button', { name: 'Cancel the job' }).click();
      await page.getByText('returned to your balance').waitFor();
      await open.close();
    },
  );

  it(
    'reads why a report was denied, and opens what was made again for free after another, narrow and dark',
    FOUR_JOBS,
    async () => {
      const account = await portal.openAccount();
      const decide = async (decision: 'deny' | 'free_retry', reason: string): Promise<string> => {
        const { id, outputs } = await portal.untilEnded(account, await portal.submit(account, AD));
        const path = `/v1/outputs/${String(outputs[0].id)}/reports`;
        const report = (await portal.call('POST', path, { category: 'broken' }, account)).body;
        await portal.call('POST', `/v1/reviews/${String(report.id)}/decision`, { decision, reason });
        return String(id);
      };
      const [denied, again] = await Promise.all([
        decide('deny', 'It is as it was asked.'),
        decide('free_retry', 'The crust is cut off.'),
      ]);
      const look = { theme: 'dark', width: 360 } as const;
      const open = await portal.open(account, { ...look, to: `jobs/${denied}` });
      const { page } = open;
      const reports = page.getByRole('region', { name: 'Reports' });
      await reports.getByText('Not refunded').waitFor();
      await reports.getByText('It is as it was asked.').waitFor();
      expect(await portal.faultsOf(page)).toEqual([]);
      await page.evaluate(`location.hash = '#/jobs/${again}'`);
      await reports.getByText('The crust is cut off.').waitFor();
      const { body } = await portal.call('GET', '/v1/reviews', undefined, account);
      const { data } = body as { readonly data: readonly { readonly [name: string]: string }[] };
      const retryId = String(data.find((review) => review['job_id'] === again)?.['retry_job_id']);
      await page.getByRole('link', { name: 'Open the new one' }).click();
      await page.waitForURL(`**/portal#/jobs/${retryId}`);
      await page.getByText('Delivered').first().waitFor();
      await open.close();
    },
  );

  it('whose quote has ended and whose price has changed when it is submitted is told so, and submits at the new price', async () => {
    const open = await portal.open(await portal.openAccount(), { to: 'create' });
    const { page } = open;
    const quotes: string[] = [];
    const sent: string[] = [];
    await page.route('**/v1/quotes', async (route) => {
      const quote = (await (await route.fetch()).json()) as { readonly id: string };
      quotes.push(quote.id);
      await route.fulfill({ json: { ...quote, total: sent.length === 0 ? 35 : 36 } });
    });
    await page.route('**/v1/jobs', async (route) => {
      sent.push((route.request().postDataJSON() as { readonly quote_id: string }).quote_id);
      const problem = {
        type: 'about:blank',
        title: 'The quote has ended',
        status: 409,
        code: 'quote_expired',
      };
      const words = {
        detail: 'Ask for the price again.',
        retryable: false,
        billed: 'no',
        request_id: 'req_a',
      };
      if (sent.length > 1) await route.continue();
      else {
        await route.fulfill({
          ...{ status: 409, contentType: 'application/problem+json', json: { ...problem, ...words } },
        });
      }
    });
    await page.getByLabel('Headline').fill(HEADLINE);
    await page.getByRole('button', { name: 'Create for 35 credits' }).click();
    await page.getByText('The quote has ended').waitFor();
    await page.getByRole('button', { name: 'Create for 36 credits' }).click();
    await page.getByText('Accepted, and its credits reserved').waitFor();
    expect(sent).toHaveLength(2);
    expect(quotes.indexOf(sent[1] ?? '')).toBeGreaterThan(quotes.indexOf(sent[0] ?? ''));
    await open.close();
  });

  it('is asked for no references by a form whose model is shown none, and sends none of an earlier draft', async ({
    expect,
  }) => {
    let takes = true;
    const quoted: { readonly brief?: object }[] = [];
    const open = await portal.open(await portal.openAccount(), {
      to: 'create',
      prepare: async (page) => {
        await page.route('**/v1/catalogue', async (route) => {
          const shipped = (await (await route.fetch()).json()) as { readonly models: readonly object[] };
          const models = shipped.models.map((model) => ({ ...model, takes_references: takes }));
          await route.fulfill({ json: { ...shipped, models } });
        });
        page.on('request', (request) => {
          if (request.url().endsWith('/v1/quotes')) quoted.push(request.postDataJSON() as object);
        });
      },
    });
    const { page, token } = open;
    const references = page.getByRole('group', { name: 'Reference asset urls' });
    await page.getByLabel('Headline').fill(HEADLINE);
    await references.getByRole('button', { name: 'Add' }).click();
    await references.getByRole('textbox').fill('https://pictures.invalid/logo.png');
    await expect.poll(() => JSON.stringify(quoted.at(-1)), PATIENT).toContain('logo.png');
    takes = false;
    quoted.length = 0;
    await page.goto('about:blank');
    await page.goto(`${portal.apiUrl}/portal#token=${token}&to=create`);
    await page.getByRole('button', { name: 'Create for 35 credits' }).waitFor();
    expect(await page.getByLabel('Headline').inputValue()).toBe(HEADLINE);
    expect(await references.count()).toBe(0);
    expect(quoted.map(({ brief }) => brief)).toEqual(quoted.map(() => ({ headline: HEADLINE })));
    await open.close();
  });

  it('creates the voice studio’s sound by its form, hears it, and downloads it as it was made', async () => {
    const account = await portal.openAccount();
    const open = await portal.open(account, { to: 'create' });
    const { page } = open;
    await page.getByRole('button', { name: 'Voice over' }).click();
    await page.getByLabel('Script').fill('Good morning. The rolls are warm.');
    await page.getByRole('button', { name: /^Create for \d+ credits?$/ }).click();
    await page.getByText('Delivered and charged').waitFor();
    await page.locator('audio').waitFor();
    const { from, seconds } = await page.evaluate<{ from: string; seconds: number }>(READ_SOUND);
    expect([from, seconds > 0.5]).toEqual(['blob:', true]);
    const { body } = await portal.call('GET', '/v1/jobs', undefined, account);
    const [output] = body.data[0].outputs;
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ]);
    let bytes = 0;
    for await (const chunk of await file.createReadStream()) bytes += (chunk as Buffer).length;
    expect([file.suggestedFilename(), bytes]).toEqual([expect.stringContaining(output.id), output.bytes]);
    await open.close();
  });

  it('sees a running job’s stage with its share, and a film with controls', async () => {
    const account = await portal.openAccount();
    const id = await portal.submit(account, AD);
    await portal.untilEnded(account, id);
    // A film takes a minute to make. That a browser plays one is held by test/browser.
    const changes: Record<string, unknown>[] = [];
    const open = await portal.open(account, {
      prepare: async (page) => {
        await page.route(`**/v1/jobs/${id}`, async (route) => {
          const job = (await (await route.fetch()).json()) as { readonly outputs: readonly object[] };
          const outputs = job.outputs.map((output) => ({ ...output, content_type: 'video/mp4' }));
          await route.fulfill({ json: { ...job, outputs, ...changes.at(-1) } });
        });
      },
    });
    const { page } = open;
    await page.evaluate(`location.hash = '#/jobs/${id}'`);
    const film = page.locator('video[controls]');
    await film.waitFor();
    expect(await film.getAttribute('src')).toMatch(/^blob:/);
    changes.push({
      ...{ state: 'running', finished_at: null },
      progress: { stage: 'render', fraction: 0.4, queue_position: null },
    });
    await page.evaluate(`location.hash = '#/jobs'`);
    await page.locator('.job-row').waitFor();
    await page.evaluate(`location.hash = '#/jobs/${id}'`);
    const bar = page.getByRole('progressbar', { name: 'Render, 40 %' });
    await bar.waitFor();
    expect(await bar.getAttribute('aria-valuenow')).toBe('40');
    await open.close();
  });
});
