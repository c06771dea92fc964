import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobIdOf } from '../../../contract/derived-ids.ts';
import {
  createApiFixture,
  expectProblem,
  STATIC_AD,
  type ApiFixture,
  type TestAccount,
} from '../api-fixture.ts';

/** Without a model service, jobs were admitted and failed "on our side, retryable", forever. */
describe('an API without a model service', () => {
  let api: ApiFixture;
  let account: TestAccount;
  beforeAll(async () => {
    api = await createApiFixture({ providers: [] });
    account = await api.openAccount();
  });
  afterAll(() => api.close());

  const submit = (key: string, body: object = STATIC_AD) =>
    api.call('/v1/jobs', { key: account.key, body, headers: { 'Idempotency-Key': key } });

  it('refuses a job before its workflow starts, and names the setting that is missing', async () => {
    const problem = expectProblem(await submit('refused'), 400, 'invalid_request');
    expect(problem).toMatchObject({
      billed: 'no',
      retryable: false,
      errors: [
        {
          pointer: '/model',
          code: 'not_offered',
          detail: expect.stringContaining('MODEL_SERVICE_URL') as string,
        },
      ],
    });
    const workflow = api.client.workflow.getHandle(jobIdOf(account.accountId, 'refused'));
    await expect(workflow.describe()).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
  });

  it('refuses a quote too, and names each item of a batch by its place', async () => {
    expectProblem(
      await api.call('/v1/quotes', { key: account.key, body: STATIC_AD }),
      400,
      'invalid_request',
    );
    const batch = { kind: 'batch', items: [STATIC_AD, { ...STATIC_AD, variations: 2 }] };
    expect(expectProblem(await submit('batch', batch), 400, 'invalid_request')['errors']).toMatchObject([
      { pointer: '/items/0/model', code: 'not_offered' },
      { pointer: '/items/1/model', code: 'not_offered' },
    ]);
  });

  it('still returns a job that was admitted while there was one', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'before');
    const answer = await submit('before');
    expect([answer.status, answer.json()['id']]).toEqual([202, jobId]);
    expect(answer.headers.get('idempotent-replayed')).toBe('true');
  });
});

type Some = {
  readonly providers: readonly string[];
  readonly offered: readonly string[];
  /** Of static ads and of video ads. */
  readonly defaults: readonly string[];
  readonly refused: readonly (readonly [kind: string, model: string | undefined, words: string])[];
};

/** The models of the shipped catalogue: `studio/film` needs openai, fal, and the local service for captions and cut. */
const SOME: readonly Some[] = [
  {
    providers: ['local', 'fal'],
    offered: ['local/render', 'fal/flux-dev'],
    defaults: ['local/render', 'local/render'],
    refused: [
      ['static_ad', 'replicate/nano-banana', 'Its operator configures replicate.'],
      ['video_ad', 'studio/film', 'Its operator configures openai.'],
    ],
  },
  {
    providers: ['openai', 'fal'],
    offered: ['fal/flux-dev'],
    // A kind that no model can make here keeps its first, so that a body that names none is refused and says why.
    defaults: ['fal/flux-dev', 'local/render'],
    refused: [
      ['static_ad', 'local/render', 'MODEL_SERVICE_URL'],
      ['video_ad', 'studio/film', 'MODEL_SERVICE_URL'],
      ['video_ad', undefined, 'MODEL_SERVICE_URL'],
    ],
  },
];

describe.each(SOME)('an API with $providers alone', ({ providers, offered, defaults, refused }) => {
  let api: ApiFixture;
  let account: TestAccount;
  beforeAll(async () => {
    api = await createApiFixture({ providers });
    account = await api.openAccount();
  });
  afterAll(() => api.close());

  it('offers the models whose every service is there, in the catalogue, as defaults and to support', async () => {
    type Shown = {
      readonly kinds: readonly { readonly default_model: string }[];
      readonly models: readonly { readonly name: string; readonly is_offered: boolean }[];
    };
    type Health = { readonly data: readonly { readonly name: string; readonly offered: boolean }[] };
    const { kinds, models } = (await api.call('/v1/catalogue', { key: account.key })).json<Shown>();
    const { data } = (await api.call('/v1/models', { key: api.platformKey })).json<Health>();
    expect(models).toHaveLength(4);
    expect(models.flatMap(({ name, is_offered }) => (is_offered ? [name] : []))).toEqual(offered);
    expect(data.flatMap(({ name, offered: isOffered }) => (isOffered ? [name] : []))).toEqual(offered);
    expect(kinds.map(({ default_model }) => default_model)).toEqual(defaults);
  });

  it('takes what is offered, and refuses the rest by the services that are missing', async () => {
    const quote = (body: object) => api.call('/v1/quotes', { key: account.key, body });
    for (const model of [undefined, ...offered]) {
      const named = model === undefined ? {} : { model };
      expect((await quote({ ...STATIC_AD, ...named })).status).toBe(200);
    }
    for (const [kind, model, words] of refused) {
      const named = model === undefined ? {} : { model };
      const problem = expectProblem(await quote({ ...STATIC_AD, kind, ...named }), 400, 'invalid_request');
      expect(problem['errors']).toEqual([
        { pointer: '/model', code: 'not_offered', detail: expect.stringContaining(words) as string },
      ]);
    }
  });
});
