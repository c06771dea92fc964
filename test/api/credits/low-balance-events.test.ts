import { afterAll, beforeAll, expect, it } from 'vitest';
import { SUPERSCALE } from '../../harness/superscale.ts';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';

/** The shipped price list plans with images of 35 credits. */
const PARTNERS = { name: 'partners', version: 1, planning: { statics: 50 } };

let api: ApiFixture;
beforeAll(async () => {
  const priceLists = [
    ...SUPERSCALE.priceLists,
    ...SUPERSCALE.priceLists.map((list) => ({ ...list, ...PARTNERS })),
  ];
  api = await createApiFixture({ catalogue: { ...SUPERSCALE, priceLists } });
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
});

it('an account is told of a low balance once per fall, and again only after a rise above its level by more than one image of its price list', async () => {
  const asked = { name: 'Acme', reference: 'low balance' };
  const opened = await api.call('/v1/accounts', { key: api.platformKey, body: asked });
  const { id } = opened.json<{ id: string }>();
  const key = await api.createKey(id, ['jobs:write', 'jobs:read']);
  let calls = 0;
  const call = async (path: string, by: string, body: object, method = 'POST') => {
    calls += 1;
    const headers = { 'Idempotency-Key': String(calls) };
    const answer = await api.call(path, { method, key: by, headers, body });
    expect(answer.status, answer.text).toBeLessThan(300);
  };
  const ofPlatform = (path: string, body: object, method?: string) =>
    call(`/v1/accounts/${id}${path}`, api.platformKey, { ...body, reason: 'test' }, method);
  const setPriceList = (name: string | null) => ofPlatform('/price_list', { price_list: name }, 'PUT');
  const grant = (credits: number) =>
    ofPlatform('/grants', { source: 'goodwill', credits, reference: String(calls) });
  const spend = (quantity: number) => call('/v1/usage', key, { kind: 'chat_message', quantity });
  const notices = async () => {
    const events = await api.call('/v1/events?type=credits.low', { key });
    return events.json<{ data: { data: unknown }[] }>().data.map(({ data }) => data);
  };

  await spend(301);
  expect(await notices()).toMatchObject([{ available: 699, low_balance_at: 700 }]);
  const told: (readonly [string | null, number, number])[] = [];
  for (const [list, rise] of [
    [null, 36],
    [null, 37],
    ['partners', 51],
    ['partners', 52],
    [null, 36],
    [null, 37],
  ] as const) {
    // At first it has the list that it was opened with.
    if (list !== (told.at(-1)?.[0] ?? null)) await setPriceList(list);
    await grant(rise);
    await spend(rise);
    told.push([list, rise - 1, (await notices()).length]);
  }
  // Above the level of 700 by so many credits, and how many notices there are in all.
  expect(told).toEqual([
    [null, 35, 1],
    [null, 36, 2],
    ['partners', 50, 2],
    ['partners', 51, 3],
    [null, 35, 3],
    [null, 36, 4],
  ]);
});
