import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { runHoldfast } from '../commands/run-holdfast.ts';

let api: ApiFixture;
let account: TestAccount;
let now = Date.now();
beforeAll(async () => {
  api = await createApiFixture({ now: () => now });
  account = await api.openAccount();
});
afterAll(() => api.close());

const BODY = { kind: 'static_ad', brief: { headline: 'Bread' } };
const healthOf = async (body: object = BODY) =>
  (await api.call('/v1/quotes', { key: account.key, body })).json()['model_health'];
async function failing(model: string): Promise<void> {
  // An API believes for a second what it has read of breakers.
  now += 1_000;
  for (let nth = 0; nth < 5; nth++)
    await api.worker.query("SELECT jobs.note_fault('local', $1, 'submit', NULL)", [model]);
}
type Models = { readonly data: readonly { readonly name: string; readonly calls: readonly object[] }[] };

test('a model whose breaker is open is degraded: in quotes, over HTTP and at the command line', async () => {
  await failing('local/script');
  expect(await healthOf(), 'of films alone').toBe('ok');
  expect(await healthOf({ ...BODY, kind: 'video_ad' })).toBe('degraded');
  await failing('local/render');
  expect(await healthOf()).toBe('degraded');
  const { data } = (await api.call('/v1/models', { key: api.platformKey })).json<Models>();
  const [model] = data;
  expect(model).toMatchObject({ name: 'local/render', health: 'degraded', offered: true });
  expect(model?.calls).toContainEqual({
    ...{ provider: 'local', model: 'local/render', breaker: 'open', failures: 5, in_flight: 0, waiting: 0 },
    opened_at: expect.stringMatching(/Z$/) as string,
  });
  expect(model?.calls).toContainEqual(
    expect.objectContaining({ model: 'local/voice', breaker: 'closed', failures: 0 }),
  );
  const shown = await runHoldfast(api, ['models']);
  expect(shown.stdout).toMatch(/degraded +open .* 5 +0 +0\n {2}local\/render: local\/render at local/);
});

test('the list of models is refused to an account key', async () => {
  expectProblem(await api.call('/v1/models', { key: account.key }), 403, 'forbidden');
});
