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
