import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '../../../api/create-api.ts';
import { WATCH_PLACES } from '../../../api/events/watch-places.ts';
import { serve } from '../../../api/http/serve.ts';
import { readApiConfig } from '../../../runtime/settings/config.ts';
import { expectProblem, STATIC_AD, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { parseExamples, type Example } from './http-api-page/parse-examples.ts';
import { matchFragment, type Names } from './http-api-page/match-fragment.ts';
import { createApiWithWorker } from '../api-with-worker.ts';
import { SUPERSCALE_RULES } from '../../harness/superscale.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../../../docs/http-api.md'), 'utf8');
const TASK_QUEUE = 'http-api-page';
/** A film of the page waits for its end, which takes six stages. */
const EXAMPLE_TIMEOUT_MS = 60_000;
const MEBIBYTE = 1_048_576;

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE);
  account = await api.openAccount();
});
afterAll(() => api.close());

/** The values of `{name}`, from the responses read so far. */
const names: Names = new Map();
const withNames = (text: string) =>
  text.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => names.get(name) ?? whole);

async function send({ method, path: target, headers, body }: Example['request']) {
  const { Authorization: as, ...others } = headers;
  return api.call(withNames(target), {
    method,
    key: as === 'platform' ? api.platformKey : account.key,
    headers: Object.fromEntries(Object.entries(others).map(([name, text]) => [name, withNames(text)])),
    ...(body === '' ? {} : { body: withNames(body) }),
  });
}

describe('docs/http-api.md', () => {
  it.each(
    parseExamples(PAGE).map((example) => [
      `${example.request.method} ${example.request.path} → ${String(example.response.status)} (line ${String(example.line)})`,
      example,
    ]),
  )(
    'shows what the API does: %s',
    async (_, { request, response }) => {
      const answer = await send(request);
      expect(answer.status, answer.text.slice(0, 2_000)).toBe(response.status);
      for (const [name, value] of Object.entries(response.headers)) {
        expect(answer.headers.get(name)).toContain(value);
      }
      if (response.fragment !== null) matchFragment(JSON.parse(response.fragment), answer.json(), names);
      for (const line of response.lines) expect(answer.text.split('\n')).toContain(line);
    },
    EXAMPLE_TIMEOUT_MS,
  );

  it('does not match a response with another figure, another word or a missing field', () => {
    const shown = { total: 35, lines: [{ kind: 'static_ad' }] };
    expect(() => {
      matchFragment({ total: 36 }, shown, new Map());
    }).toThrow();
    expect(() => {
      matchFragment({ lines: [{ kind: 'video_ad' }] }, shown, new Map());
    }).toThrow();
    expect(() => {
      matchFragment({ id: '…' }, shown, new Map());
    }).toThrow();
    matchFragment({ total: 35, lines: [{ kind: '{kind}' }] }, shown, new Map());
  });

  it('names every call there is, and no other', () => {
    const named = [...PAGE.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^` ]*)`/g)].map(([, call]) => call);
    // The factories read nothing of their other parts until a request comes.
    const calls = routesOf({ rules: SUPERSCALE_RULES } as never).map(
      ({ call }) => `${call.method.toUpperCase()} ${call.path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect([...new Set(named)].sort()).toEqual([...new Set(calls)].sort());
  });

  it('states the limits of requests that an API without settings has, and those of its connections', async () => {
    const { rateLimits } = readApiConfig({
      ...{ DATABASE_URL: 'postgresql://holdfast_api:secret@localhost/holdfast', ASSET_HOME: '/assets' },
      ...{ TEMPORAL_ADDRESS: 'localhost:7233', LINK_SECRETS: 'a'.repeat(32) },
    });
    const both = ({ perSecond, burst }: { perSecond: number; burst: number }) =>
      `${shown(perSecond)} and ${shown(burst)}`;
    const shown = (value: number) => value.toLocaleString('en-US');
    const stated = PAGE.replaceAll(/\s+/g, ' ');
    const { key, account: ofAccount, sums, platform_key, address, sign_in } = rateLimits;
    for (const limit of [
      `A key may make ${shown(key.perSecond)} requests a second over time, and ${shown(key.burst)} at once`,
      `an account with all of its keys ${both(ofAccount)};`,
      `\`/v1/balance/days\`) ${both(sums)};`,
      `a platform key ${both(platform_key)};`,
      `an address without a key or with a wrong one ${both(address)};`,
      `signing in to the console ${both(sign_in)}.`,
      `may watch from ${shown(WATCH_PLACES.perAccount)} places at a time`,
    ])
      expect(stated).toContain(limit);

    let server: Partial<Server> = {};
    const served = await serve({ host: '127.0.0.1', port: 0 }, () => (request, response) => {
      ({ server } = request.socket as Socket & { server: Server });
      response.end();
    });
    await fetch(`http://127.0.0.1:${String(served.port)}`);
    await served.stop();
    const seconds = (ms = Number.NaN) => `${String(ms / 1_000)} s`;
    expect(stated).toContain(
      `within ${seconds(server.headersTimeout)} and all of it within ${seconds(server.requestTimeout)}; ` +
        `a connection on which no byte moves for ${seconds(server.timeout)} is closed`,
    );

    expect(stated).toContain('Body 1 MiB');
    const quote = (bytes: number) =>
      api.call('/v1/quotes', {
        ...{ method: 'POST', key: account.key, headers: { 'Content-Type': 'application/json' } },
        body: JSON.stringify(STATIC_AD).padEnd(bytes),
      });
    expect((await quote(MEBIBYTE)).status).toBe(200);
    expectProblem(await quote(MEBIBYTE + 1), 413, 'payload_too_large');
  });

  it('is served, and the documentation is named at / and in a 404', async () => {
    const front = await api.call('/');
    expect([front.status, front.json()]).toEqual([
      200,
      { name: 'Holdfast', documentation: '/docs', openapi: '/openapi.json' },
    ]);
    const page = await api.call('/http-api.md');
    expect(page.headers.get('content-type')).toContain('text/markdown');
    expect(page.text).toBe(PAGE);
    const lost = await api.call('/v2/jobs', { key: account.key });
    expect([lost.status, lost.json()['detail']]).toEqual([404, expect.stringContaining('/docs')]);
  });
});
