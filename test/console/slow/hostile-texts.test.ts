import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { browserFor } from '../../browser/find-browser.ts';
import { withPages } from '../enter-console.ts';
import { hostileBody } from '../every-text.ts';
import { HOSTILE, hostileText, hurtOn, poisonResponses } from '../hostile-texts.ts';
import { brokenLayoutOf, untilRead } from '../page-faults.ts';
import type { PortalFixture } from '../portal-fixture.ts';
import type { SignedIn, SupportFixture } from '../support-fixture.ts';

const program = browserFor(import.meta.filename);
const NAME_LENGTH = 200;
const KINDS = ['static_ad', 'video_ad', 'voice_over', 'podcast_clip'];
/** A part of the hostile text that no page cuts or folds away. */
const SIGN = 'window.hurt=1';
const WIDTHS = [360, 1_280] as const;

describe.skipIf(program === null).concurrent('hostile texts', () => {
  let portal: PortalFixture;
  let support: SupportFixture;
  let mallory: SignedIn;
  let account: string;
  let delivered: string;
  let reviewId: string;
  /** The ids of one job of each kind, with every text of the kind. */
  let jobs: readonly string[];

  const post = async (path: string, body: unknown, expected: number) => {
    const answer = await portal.call('POST', path, body, account);
    expect([answer.status, JSON.stringify(answer.body)], path).toEqual([expected, expect.any(String)]);
    return answer.body;
  };

  withPages(program, async (pages) => {
    ({ portal, support } = pages);
    account = await portal.openAccount(hostileText(NAME_LENGTH));
    await post(`/v1/accounts/${account}/grants`, grantOf(hostileText(400)), 201);
    const { body: catalogue } = await portal.call('GET', '/v1/catalogue');
    const kinds = catalogue.kinds as readonly { readonly name: string; readonly schema: object }[];
    expect(kinds.map(({ name }) => name)).toEqual(KINDS);
    delivered = await portal.submit(account, { kind: 'static_ad', ...hostileBody(kinds[0]?.schema ?? {}) });
    [jobs, mallory] = await Promise.all([
      Promise.all(kinds.map(({ name, schema }) => portal.submit(account, failing(name, schema)))),
      support.signIn(hostileText(100)),
      post(
        '/v1/webhook_endpoints',
        { url: `https://hooks.invalid/${encodeURI(HOSTILE)}`, events: ['job.failed'] },
        201,
      ),
      post('/v1/keys', { name: hostileText(NAME_LENGTH), scopes: ['jobs:read'] }, 201),
    ]);
    const { outputs } = await portal.untilEnded(account, delivered);
    const note = hostileText(1_000);
    reviewId = (await post(`/v1/outputs/${String(outputs[0].id)}/reports`, { category: 'broken', note }, 201))
      .id;
    await Promise.all(jobs.map((id) => portal.untilEnded(account, id)));
  });

  /** The faults of a page as shown, narrow and wide. */
  const faultsOf = async (page: Page, place: string) => {
    const faults: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      const found = [...(await hurtOn(page)), ...(await brokenLayoutOf(page))];
      faults.push(...found.map((fault) => `${place}, ${String(width)} px: ${fault}`));
    }
    return faults;
  };
  const faultsOfPlaces = async (page: Page, places: readonly (readonly [place: string, sign: string])[]) => {
    const faults: string[] = [];
    for (const [place, sign] of places) {
      await page.evaluate(`location.hash = '#/${place}'; new Promise((done) => setTimeout(done, 60))`);
      await page.getByText(sign).first().waitFor();
      await untilRead(page);
      faults.push(...(await faultsOf(page, place)));
    }
    return faults;
  };
  const portalPlaces = () =>
    [
      ['credits', 'History'],
      ['jobs', SIGN],
      ['create', 'Price'],
      ...[...jobs, delivered].map((id) => [`jobs/${id}`, 'What happened'] as const),
    ] as const;
  const supportPlaces = () =>
    [
      ['now', 'Open reviews'],
      [`find?q=${encodeURIComponent(HOSTILE.slice(0, 20))}`, 'Found'],
      [`accounts/${account}`, 'Entries'],
      [`reviews/${reviewId}`, 'Reports of this account'],
      ['models', 'Cost and margin'],
      ...[...jobs, delivered].map((id) => [`jobs/${id}`, 'Audit trail'] as const),
    ] as const;

  it('in every field of every kind, in names and in reports are plain text on a customer’s pages', async () => {
    const open = await portal.open(account);
    const faults = await faultsOfPlaces(open.page, portalPlaces());
    await open.page.getByText(SIGN).first().waitFor();
    expect([...faults, ...open.complaints]).toEqual([]);
    await open.close();
  });

  it('in every field of every kind, in names and in reports are plain text on support’s pages', async () => {
    const open = await support.open({}, mallory);
    const faults = await faultsOfPlaces(open.page, supportPlaces());
    await open.page.getByText(SIGN).first().waitFor();
    expect([...faults, ...open.complaints]).toEqual([]);
    await open.close();
  });

  it('of 10,000 characters in any field of any response break no page of a customer', async () => {
    const open = await portal.open(account, { prepare: poisonResponses });
    const { page } = open;
    const faults = await faultsOfPlaces(page, portalPlaces());
    await page.getByRole('button', { name: 'Report a problem' }).click();
    faults.push(...(await faultsOf(page, 'the report')));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Edit' }).click();
    faults.push(...(await faultsOf(page, 'the edit')));
    expect([...faults, ...open.complaints]).toEqual([]);
    await open.close();
  });

  it('of 10,000 characters in any field of any response break no page of support', async () => {
    const open = await support.open({}, mallory);
    const { page } = open;
    await poisonResponses(page);
    await page.reload();
    const faults = await faultsOfPlaces(page, supportPlaces());
    await page.getByRole('button', { name: 'Refund' }).click();
    await page.getByText('returns').first().waitFor();
    faults.push(...(await faultsOf(page, 'the refund')));
    expect([...faults, ...open.complaints]).toEqual([]);
    await open.close();
  });
});

/** It ends at its first call, since a film would take long to render. */
const failing = (kind: string, schema: object) => ({
  kind,
  ...hostileBody(schema),
  test_scenario: 'moderated_input',
});

const grantOf = (reason: string) => ({
  source: 'goodwill',
  credits: 5_000,
  reference: `hostile-${String(Date.now())}`,
  reason,
});
