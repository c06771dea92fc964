import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALLS } from '../../../contract/calls.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';

const OURS = 'https://app.example.com';
const THEIRS = 'https://app.example.com.evil.test';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiFixture({ allowedOrigins: [OURS] });
  account = await api.openAccount();
});
afterAll(() => api.close());

const PATHS = [...new Set(Object.values(CALLS).map(({ path }) => path))];
const methodsOf = (path: string) =>
  Object.values(CALLS)
    .filter((call) => call.path === path)
    .flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
const corsOf = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-')).toSorted();

/** As a browser asks before it sends; fetch itself would not let a test name these headers. */
const ask = (path: string, origin: string) =>
  api.call(path.replaceAll(/:\w+/g, 'x'), {
    method: 'OPTIONS',
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
  });

describe('a page of an allowed origin', () => {
  it.each(PATHS)('reads by a preflight without a key what it may send to %s', async (path) => {
    const answer = await ask(path, OURS);
    expect([answer.status, answer.text]).toEqual([204, '']);
    const methods = answer.headers.get('access-control-allow-methods')?.split(', ');
    expect(methods).toEqual([...new Set(methodsOf(path)), 'OPTIONS']);
    expect(answer.headers.get('allow')?.split(', ')).toEqual(methods);
    expect(answer.headers.get('access-control-allow-origin')).toBe(OURS);
    expect(answer.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('may read responses and problems with their headers', async () => {
    for (const key of [account.key, 'hf_live_wrong']) {
      const answer = await api.call('/v1/balance', { key, headers: { Origin: OURS } });
      expect(answer.status).toBe(key === account.key ? 200 : 401);
      expect(answer.headers.get('access-control-allow-origin')).toBe(OURS);
      expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
      expect(answer.headers.get('vary')).toContain('Origin');
    }
  });
});

describe('a response that may be kept', () => {
  it('varies by origin and by caller, of whatever form it is', async () => {
    const { jobId } = await api.admitJob(account.accountId, 'a-job');
    const byCaller = ['Origin', 'Authorization', 'Cookie', 'Holdfast-Account'];
    for (const [path, expected] of [
      [`/v1/jobs/${jobId}`, byCaller],
      [`/v1/outputs/${jobId.replace('job_', 'out_')}_0`, byCaller],
      ['/v1/statement', ['Origin', 'Accept']],
    ] as const) {
      const { headers } = await api.call(path, { key: account.key });
      expect(headers.get('vary')?.split(', '), path).toEqual(expected);
    }
  });
});

describe('a page of another origin', () => {
  it.each([THEIRS, 'http://app.example.com', 'https://APP.example.com', 'null', `${OURS}:8443`])(
    'gets no CORS header: %s',
    async (origin) => {
      const preflight = await ask('/v1/jobs', origin);
      expect([preflight.status, corsOf(preflight.headers)]).toEqual([204, []]);
      const answer = await api.call('/v1/balance', { key: account.key, headers: { Origin: origin } });
      expect([answer.status, corsOf(answer.headers)]).toEqual([200, []]);
      expect(answer.headers.get('vary')).toContain('Origin');
    },
  );

  it('is every page where no origin is allowed', async () => {
    const closed = await createApiFixture();
    const answer = await fetch(`${closed.url}/healthz`, { headers: { Origin: OURS } });
    expect([answer.status, corsOf(answer.headers), answer.headers.get('vary')]).toEqual([200, [], null]);
    await closed.close();
  });
});

describe('HEAD', () => {
  it.each(['/healthz', '/v1/balance', '/v1/jobs', '/v1/events', '/v1/webhook_endpoints'])(
    'has status and type of GET for %s, and no body',
    async (path) => {
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => api.call(path, { method, key: account.key })),
      );
      expect([head?.status, head?.text]).toEqual([get?.status, '']);
      expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'));
    },
  );

  it('is a 405 where there is no GET, and OPTIONS of an unknown path is a 404', async () => {
    const head = await api.call('/v1/quotes', { method: 'HEAD', key: account.key });
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expectProblem(await ask('/v1/nothing', OURS), 404, 'not_found');
  });
});
