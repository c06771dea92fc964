import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';
import { startWorker } from '../in-process-worker.ts';

const POLLS_WITHIN_MS = 20_000;

const opened: ApiFixture[] = [];
async function openApi(options: Parameters<typeof createApiFixture>[0]): Promise<ApiFixture> {
  const api = await createApiFixture(options);
  opened.push(api);
  return api;
}
afterAll(async () => {
  for (const api of opened) await api.close();
});

const detailOf = async (api: ApiFixture) => {
  const problem = expectProblem(await api.call('/readyz'), 503, 'unavailable');
  return problem['detail'];
};

describe('GET /readyz', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await openApi({ taskQueue: 'readiness' });
  });

  it('is not ready while no worker polls, and is once one does', async () => {
    expect(await detailOf(api)).toBe('No worker polls the task queue readiness.');
    expect((await api.call('/healthz')).status).toBe(200);
    const worker = await startWorker({ taskQueue: 'readiness', pool: api.worker, assetHome: api.home });
    try {
      await expect
        .poll(async () => (await api.call('/readyz')).status, { timeout: POLLS_WITHIN_MS })
        .toBe(200);
      expect((await api.call('/readyz')).json()).toEqual({ status: 'ready' });
    } finally {
      await worker.stop();
    }
  });

  it('is not ready where the namespace is not there', async () => {
    const elsewhere = await openApi({ namespace: 'nowhere' });
    expect(await detailOf(elsewhere)).toBe('Temporal has no namespace nowhere.');
  });

  it('is not ready where the namespace lacks our search attributes', async () => {
    const bare = await openApi({ namespace: 'temporal-system' });
    expect(await detailOf(bare)).toMatch(
      /^Namespace temporal-system lacks the search attributes HoldfastAccount, /,
    );
  });

  it('is not ready when its role may not read, although PostgreSQL responds', async () => {
    const refused = await openApi({});
    await refused.owner.query('REVOKE EXECUTE ON FUNCTION ledger.read_balance(text) FROM holdfast_api');
    expect(await detailOf(refused)).toContain(
      'PostgreSQL refused a query of this process, or cannot be reached.',
    );
  });
});
