import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import type { Attention } from '../../contract/shapes/attention-shapes.ts';
import type { CostReport } from '../../contract/shapes/cost-shapes.ts';
import type { LedgerChecks } from '../../contract/shapes/ledger-shapes.ts';
import { browserFor } from '../browser/find-browser.ts';
import { enterPages, type ConsolePages } from './enter-console.ts';
import type { PortalFixture } from './portal-fixture.ts';
import type { SignedIn, SupportFixture } from './support-fixture.ts';

const program = browserFor(import.meta.filename);
const AD = { kind: 'static_ad', brief: { headline: 'Rye on Sundays', body: 'By seven.' } };
const AT = '2026-01-31T12:00:00.000Z';

describe.skipIf(program === null).concurrent('support', () => {
  let pages: ConsolePages | undefined;
  let support: SupportFixture;
  let api: PortalFixture;
  let ada: SignedIn;
  let account: string;
  let jobId: string;

  beforeAll(async () => {
    pages = await enterPages(program);
    ({ support, portal: api } = pages);
    [account, ada] = await Promise.all([api.openAccount('Mill Lane'), support.signIn('Ada Lovelace')]);
    jobId = await api.submit(account, AD);
    await api.untilEnded(account, jobId);
  });
  afterAll(() => pages?.close());

  /** The text of a row's cells, one space for each gap. */
  const cellsOf = async (row: Locator) =>
    (await row.getByRole('cell').allInnerTexts()).map((cell) => cell.replaceAll(/\s+/g, ' ').trim());
  /** Changes each response to a call of the API before the page reads it. */
  const change = <Body>(page: Page, path: string, to: (body: Body) => Body) =>
    page.route(`**${path}`, async (route) => {
      const body = (await (await route.fetch()).json()) as Body;
      await route.fulfill({ json: to(body) });
    });

  it('finds by each kind of id the page that shows it, and then what was viewed last; the key / focuses the field', async () => {
    const get = async (path: string) => (await api.call('GET', path, undefined, account)).body;
    const post = async (path: string, body: object) =>
      String((await api.call('POST', path, body, account)).body.id);
    const { outputs } = await get(`/v1/jobs/${jobId}/inspect`);
    const [{ id: outputId, reservation, attempts }] = outputs;
    const reviewId = await post(`/v1/outputs/${String(outputId)}/reports`, { category: 'broken' });
    const [entry] = (await get(`/v1/entries?job_id=${jobId}`)).data;
    const [{ reference, provider_job_id: provided }] = attempts;
    const ofJob = [jobId, outputId, reference, provided, reservation.id, entry.id];
    const ofAccount = [
      account,
      (await get('/v1/balance')).grants[0].id,
      await post('/v1/quotes', AD),
      await post('/v1/webhook_endpoints', { url: 'https://hooks.invalid/', events: ['job.failed'] }),
      await post('/v1/keys', { name: 'shop', scopes: ['jobs:read'] }),
    ];
    const open = await support.open({}, ada);
    const { page } = open;
    for (const [place, ids] of [
      [`jobs/${jobId}`, ofJob],
      [`accounts/${account}`, ofAccount],
      [`reviews/${reviewId}`, [reviewId]],
    ] as const) {
      for (const id of ids) {
        await open.goTo(`find?q=${encodeURIComponent(String(id))}`);
        const found = page.locator('.found-line', { hasText: String(id) });
        expect(await found.getAttribute('href'), String(id)).toBe(`#/${place}`);
      }
    }
    for (const [place, sign] of [
      [`accounts/${account}`, 'Balance by day'],
      [`jobs/${jobId}`, 'Audit trail'],
    ] as const) {
      await open.goTo(place);
      await page.getByText(sign).first().waitFor();
    }
    await page.keyboard.press('/');
    await page.getByRole('searchbox').and(page.locator(':focus')).waitFor();
    await page.getByText('Recent').waitFor();
    const recent = await page.locator('.found-id').allInnerTexts();
    expect(recent).toEqual([jobId, account]);
    await open.close();
  });

  it('finds a platform key, which no page shows, in words, and is told where nothing has an id', async () => {
    const key = { name: 'night shift', scopes: ['support'], account_id: null };
    const { id } = (await api.call('POST', '/v1/keys', key)).body as { readonly id: string };
    const open = await support.open({ theme: 'dark', width: 360 }, ada);
    const { page } = open;
    await open.goTo(`find?q=${id}`);
    const found = page.locator('.found-line');
    await found.getByText('night shift, may support, made ').waitFor();
    expect(await found.innerText()).toContain('Platform key');
    expect([await page.locator('.found a').count(), await api.faultsOf(page)]).toEqual([0, []]);
    for (const wrong of [`${jobId}x`, 'job_', 'key_0', '%', "' OR 1=1", 'entry_x_999999999999999']) {
      await open.goTo(`find?q=${encodeURIComponent(wrong)}`);
      await page.getByText('Nothing has this id or name').waitFor();
      expect(await page.getByRole('searchbox').inputValue()).toBe(wrong);
    }
    await page.getByRole('link', { name: 'Find', exact: true }).click();
    await page.getByText('What you look at is listed here').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
    await open.close();
  });

  it('goes from an edit to the output that it was made from and back, and from a free retry to its report', async () => {
    const { outputs } = (await api.call('GET', `/v1/jobs/${jobId}`, undefined, account)).body;
    const [{ id: source }] = outputs;
    const edit = await api.submit(account, { kind: 'edit', source_output_id: source, instruction: 'Warmer' });
    const [made] = (await api.untilEnded(account, edit)).outputs;
    const reported = (
      await api.call('POST', `/v1/outputs/${String(made.id)}/reports`, { category: 'broken' }, account)
    ).body;
    const decision = { decision: 'free_retry', reason: 'It is blurred.' };
    const decided = (await api.call('POST', `/v1/reviews/${String(reported.id)}/decision`, decision)).body;
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${edit}`);
    const lineage = page.locator('.lineage');
    await lineage
      .getByText('Made from')
      .getByRole('link', { name: String(source) })
      .click();
    await page.locator(`.found-line[href="#/jobs/${jobId}"]`).click();
    await lineage
      .getByText('Made from it')
      .getByRole('link', { name: String(made.id) })
      .waitFor();
    await open.goTo(`jobs/${String(decided.retry_job_id)}`);
    await page.getByRole('link', { name: 'this report' }).click();
    await page.waitForURL(`**/console#/reviews/${String(reported.id)}`);
    await open.close();
  });

  it('sees on one screen whether a job was charged, what there is of it, and each attempt with its bill', async ({
    expect,
  }) => {
    const { outputs, answers, workflow, job } = (
      await api.call('GET', `/v1/jobs/${jobId}/inspect`, undefined, account)
    ).body;
    const open = await support.open({}, ada);
    const { page } = open;
    await open.goTo(`jobs/${jobId}`);
    const three = page.getByRole('region', { name: 'The three answers' });
    await three.waitFor();
    for (const answer of [answers.charged, answers.output, answers.tried]) {
      expect(await three.innerText()).toContain(answer);
    }
    expect(await three.innerText()).toContain('Next, by itself: nothing, the job has ended.');
    const [{ id, attempts, reservation }] = outputs;
    const [attempt] = attempts;
    const row = page
      .getByRole('region', { name: `Attempts of ${String(id)}` })
      .getByRole('row')
      .nth(1);
    const [, state, provider, there, , took, cost, billed, ours] = await cellsOf(row);
    expect([state, there, billed, ours]).toEqual([
      'Delivered',
      attempt.provider_job_id,
      expect.any(String),
      attempt.reference,
    ]);
    expect(provider).toBe(`${String(attempt.provider)} ${String(attempt.model)}`);
    expect(took).toMatch(/^\d+\.\d s$/);
    expect(cost).toBe(attempt.cost === null ? '–' : `$${String(attempt.cost)}`);
    expect(await page.locator('.output-record').innerText()).toContain(reservation.id);
    const entries = page.getByRole('region', { name: 'Entries, newest first' });
    await entries.getByRole('row').nth(2).waitFor();
    expect(await entries.getByRole('row').count()).toBe(3);
    const movements = [1, 2].map(async (line) => (await cellsOf(entries.getByRole('row').nth(line)))[1]);
    expect(await Promise.all(movements)).toEqual(['Charged', 'Reserved']);
    // PostgreSQL keeps the shorter name first; the form has the headline first.
    await expect.poll(() => page.locator('.asked dt').allInnerTexts()).toEqual(['Headline', 'Body']);
    // The stack's own Temporal may have no UI; where it has one, its address comes from the API.
    expect(workflow.id).toBe(jobId);
    const ui = page.getByRole('link', { name: 'Temporal UI ↗' });
    expect(await ui.count()).toBe(job.links.temporal === undefined ? 0 : 1);
    if (job.links.temporal !== undefined) expect(await ui.getAttribute('href')).toBe(job.links.temporal);
    await open.close();
  });

  it('sees on Now each kind of what needs a person, with the way to it', async () => {
    const open = await support.open({}, ada);
    const { page } = open;
    const of = { account_id: account, job_id: jobId };
    await change<Attention>(page, '/v1/attention', (now) => ({
      ...now,
      stuck: [{ ...of, kind: 'static_ad', model: 'm', expected_by: AT, returned_automatically_by: AT }],
      unknown_outcomes: [{ ...of, output_id: 'out_a', reference: 'att_a', provider: 'fal', posted_at: AT }],
      overdue: [{ ...of, job_id: null, reservation_id: 'rsv_a', credits: 35, return_by: AT }],
      reviews: [{ ...of, id: 'rev_a', category: 'broken', created_at: AT }],
      repairs: [{ ...of, reservation_id: 'rsv_b', why: 'it cannot be told', tries: 3, first_seen_at: AT }],
      webhooks: [{ ...of, id: 'we_a', url: 'https://hooks.invalid/a', enabled: true, failing_since: AT }],
      more: ['stuck'],
      models: now.models.map((model) => ({
        ...model,
        health: 'degraded',
        calls: model.calls.map((call) => ({ ...call, breaker: 'open' as const })),
      })),
    }));
    await page.reload();
    for (const [list, what, to] of [
      ['Stuck jobs', 'Static ad by m', `jobs/${jobId}`],
      ['Unknown outcomes', 'Attempt at fal', `jobs/${jobId}`],
      ['Overdue returns', '35 credits', `accounts/${account}`],
      ['Open reviews', 'Broken', 'reviews/rev_a'],
      ['Repairs', 'it cannot be told', `jobs/${jobId}`],
      ['Failing webhooks', 'https://hooks.invalid/a', `accounts/${account}`],
      ['Models', 'local/render', 'models'],
    ] as const) {
      const line = page
        .getByRole('region', { name: list, exact: true })
        .locator('.now-line', { hasText: what });
      expect(await line.first().getAttribute('href'), list).toBe(`#/${to}`);
    }
    await page.getByRole('region', { name: 'Stuck jobs' }).getByText('more than 1').waitFor();
    await open.close();
  });

  it('reads of each model what runs, its breaker, its cost and margin and what was returned but paid, and what the ledger’s checks found', async ({
    expect,
  }) => {
    const open = await support.open({}, ada);
    const { page } = open;
    const { data: models } = (await api.call('GET', '/v1/models')).body as {
      readonly data: readonly { readonly calls: readonly unknown[] }[];
    };
    const calls = models.flatMap((model) => model.calls);
    await change<CostReport>(page, '/v1/costs*', (report) => ({
      ...report,
      data: [
        {
          ...report.total,
          ...{ model: 'fal/film', kind: 'video_ad', outputs: 7, attempts: 9 },
          ...{ credits_charged: 4_900, credits_refunded: 700, provider_cost: '12.5000', margin: '-1.2000' },
          returned_but_paid: { outputs: 2, provider_cost: '3.0000' },
          unknown_bills: { attempts: 1, provider_cost: '0.5000' },
        },
      ],
    }));
    // Opened at the moment of each read, of which the page makes one every five seconds.
    await change<{ readonly data: readonly object[] }>(page, '/v1/models', ({ data, ...rest }) => {
      const [first, ...others] = data as readonly { readonly calls: readonly object[] }[];
      const [call, ...more] = first?.calls ?? [];
      const opened = { ...call, breaker: 'open', opened_at: new Date().toISOString() };
      return { ...rest, data: [{ ...first, calls: [opened, ...more] }, ...others] };
    });
    await open.goTo('models');
    await page.getByText('fal/film').waitFor();
    const since = page.getByRole('region', { name: 'Health of models' }).locator('time').first();
    const before = await since.getAttribute('datetime');
    await expect.poll(() => since.getAttribute('datetime'), { timeout: 20_000 }).not.toBe(before);
    expect(await since.innerText()).toBe('just now');
    await page.unroute('**/v1/models');
    const health = page.getByRole('region', { name: 'Health of models' }).getByRole('row');
    await expect.poll(() => health.count(), { timeout: 20_000 }).toBe(calls.length + 1);
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual(
      expect.arrayContaining(['Breaker', 'In flight', 'Waiting']),
    );
    const film = page.getByRole('row').filter({ hasText: 'fal/film' });
    expect((await cellsOf(film)).slice(1)).toEqual([
      ...['7', '9', '4,900', '700', '$12.5000', '−$1.2000', '2 outputs, $3.0000', '1 attempt, $0.5000'],
    ]);

    const found = [{ check: 'entries_fold_to_grants', account_id: account, subject: 'grant_a' }];
    await change<LedgerChecks>(page, '/v1/ledger/checks', (checks) => ({
      ...checks,
      reconcile: { ran_at: AT, findings: 1, data: found },
    }));
    await open.goTo('ledger?month=2020-01');
    await page.getByText('There were no credits in this month').waitFor();
    expect(await page.getByLabel('Month').inputValue()).toBe('2020-01');
    await open.goTo('ledger?month=2020-13');
    const check = page.getByRole('region', { name: 'Ledger check' });
    await check.getByText('1 finding').waitFor();
    expect(await check.getByRole('link').getAttribute('href')).toBe(`#/accounts/${account}`);
    expect(await api.faultsOf(page)).toEqual([]);
    await page.unroute('**/v1/ledger/checks');
    await change<LedgerChecks>(page, '/v1/ledger/checks', (checks) => ({
      ...checks,
      reconcile: { ran_at: AT, findings: 0, data: [] },
    }));
    await page.reload();
    await check.getByText('Every credit adds up').waitFor();
    await open.close();
  });

  it('signs in without a key or a name where the network names the person, and is told where it does not', async () => {
    const open = await support.open({});
    const { page } = open;
    const send = page.getByRole('button', { name: 'Sign in' });
    await send.click();
    await page.getByText('Your network does not sign you in').waitFor();
    await page.getByLabel('Platform key').fill('hf_live_0123456789abcdef0123_nothing');
    await send.click();
    await page.getByText('Say who you are.').waitFor();
    const limited = { type: 'about:blank', title: 'Too many requests', status: 429, code: 'rate_limited' };
    await page.route('**/v1/console_sessions', (route) =>
      route.fulfill({
        ...{ status: 429, contentType: 'application/problem+json', headers: { 'retry-after': '30' } },
        json: {
          ...limited,
          detail: 'More requests came.',
          retryable: true,
          billed: 'no',
          request_id: 'req_a',
        },
      }),
    );
    await page.getByLabel('Your name').fill('Zoë');
    await send.click();
    await page.getByText('Too many sign-ins from your network').waitFor();
    await page.unroute('**/v1/console_sessions');
    await page.getByLabel('Your name').fill('');
    await page.getByLabel('Platform key').fill('');
    // As an API does behind a proxy that adds its header (test/api/access/console-sessions.test.ts).
    const asked: [body: unknown, authorization: string | undefined][] = [];
    // The session exists in the page alone: a read that the API refused would end it before it is looked at.
    await page.route('**/v1/**', () => undefined);
    await page.route('**/v1/console_sessions', async (route) => {
      asked.push([route.request().postDataJSON(), route.request().headers()['authorization']]);
      const expires_at = new Date(Date.now() + 60_000).toISOString();
      await route.fulfill({ status: 201, json: { csrf_token: 'a', actor: 'Zoë', expires_at } });
    });
    await send.click();
    await page.locator('.actor', { hasText: 'Zoë' }).waitFor();
    expect(asked).toEqual([[{}, undefined]]);
    await open.close();
  });
});
