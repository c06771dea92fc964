import { afterEach, expect, test } from 'vitest';
import type { ModelServiceSecrets } from '../../runtime/settings/config.ts';
import { readModelServiceSecrets } from '../../runtime/settings/config.ts';
import { smokeCommand } from '../smoke/smoke-command.ts';
import { SMOKE_SERVICES } from '../smoke/smoke-services.ts';
import type { Dialect } from './contract/dialect.ts';
import { startFakeService, type FakeService } from './contract/fake-service.ts';

const KEY = 'a-key-of-this-test';
const started: FakeService[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((fake) => fake.close()));
});

/** Starts a fake of the service, and returns secrets with its address. */
async function at(name: string, change: (dialect: Dialect) => Dialect = (dialect) => dialect) {
  const service = SMOKE_SERVICES[name];
  if (service === undefined) throw new Error(name);
  const fake = await startFakeService(change(service.dialect));
  started.push(fake);
  const none = { url: null, key: null };
  const one = { url: name === 'openai' ? `${fake.url}/v1/` : fake.url, key: KEY };
  const secrets: ModelServiceSecrets = {
    ...{ fal: none, replicate: none, openai: none, gpu: none },
    [name === 'generic' ? 'gpu' : name]: one,
  };
  return { fake, secrets };
}

async function smoke(args: readonly string[], secrets: ModelServiceSecrets) {
  const lines: string[] = [];
  const code = await smokeCommand(args, secrets, (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

test.each(['fal', 'replicate', 'generic'])(
  'a smoke run of %s submits once, cancels at once, reports the cost, and compares the responses with the fake’s',
  async (name) => {
    const { fake, secrets } = await at(name);
    const { code, text } = await smoke([name], secrets);
    expect(text).toMatch(/submit: accepted\n.*cancel: (stopped|requested)\n.*states: canceled\n.*billed: no/);
    expect(text).toContain(`${name}: answers as the fake`);
    expect(code).toBe(0);
    expect(fake.taken()).toBe(1);
    expect(text).not.toContain(KEY);
  },
);

test('a smoke run whose post is the run lets it end', async () => {
  const { secrets, fake } = await at('openai');
  const { code, text } = await smoke(['openai'], secrets);
  expect(text).toMatch(
    /submit: ended\n.*end: succeeded\n.*billed: yes; how much it does not say\n.*as the fake/,
  );
  expect([code, fake.taken()]).toEqual([0, 1]);
});

/** Responses to submissions with other fields than the fake's. */
const saying =
  (fields: object) =>
  (dialect: Dialect): Dialect => ({
    ...dialect,
    handle(request, jobs) {
      const answer = dialect.handle(request, jobs);
      return { ...answer, body: { ...(answer.body as object), ...fields } };
    },
  });

test('a smoke run fails on a field of another type than the fake’s, and only reports an additional field', async () => {
  const more = await at('replicate', saying({ data_removed: false }));
  expect(await smoke(['replicate'], more.secrets)).toMatchObject({
    code: 0,
    text: expect.stringContaining(
      'only_live: POST /v1/models/black-forest-labs/flux-schnell/predictions .data_removed is boolean',
    ) as unknown,
  });
  const other = await at('replicate', saying({ created_at: 1_700_000_000 }));
  expect(await smoke(['replicate'], other.secrets)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/other_type: .* \.created_at is number, of the fake string/) as unknown,
  });
});

test('a smoke run whose submission is refused reports that and fails', async () => {
  const { secrets } = await at('fal', (dialect) => ({
    ...dialect,
    handle: () => ({ status: 401, body: { detail: `No user for key ${KEY}` } }),
  }));
  const { code, text } = await smoke(['fal'], secrets);
  expect(text).toMatch(/submit: rejected\n.*why: our_configuration/);
  expect(code).toBe(1);
  expect(text).not.toContain(KEY);
});

test('a smoke run without a key sends nothing, says so, and ends with 0', async () => {
  for (const name of Object.keys(SMOKE_SERVICES)) {
    const { code, text } = await smoke([name], readModelServiceSecrets({}));
    expect(text).toMatch(new RegExp(`^${name}: skipped, since it needs [A-Z]`));
    expect(code).toBe(0);
  }
  expect(await smoke(['veo'], readModelServiceSecrets({}))).toMatchObject({ code: 2 });
  expect(await smoke([], readModelServiceSecrets({}))).toMatchObject({ code: 2 });
});
