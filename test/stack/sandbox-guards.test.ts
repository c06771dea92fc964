import { request, type IncomingHttpHeaders } from 'node:http';
import os from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_HEADER } from '../../console/sandbox/sandbox-wire.ts';
import { readDevConfig } from '../../dev/dev-config.ts';
import { chooseFreePorts } from '../../dev/free-ports.ts';
import { openSandbox, readSandboxUrl, sandboxUrlOf, type Sandbox } from '../../dev/sandbox/open-sandbox.ts';
import { DEFAULT_SANDBOX_SETTINGS } from '../../dev/sandbox/sandbox-settings.ts';
import type { Stack } from '../../dev/stack/stack-handle.ts';

/** The address of parts that no request here reaches, and that are not the stack's own. */
const NOTHING = 'http://127.0.0.1:9';
const INFO = {
  api_url: NOTHING,
  temporal_address: '127.0.0.1:9',
  temporal_ui_url: null,
  database_url: 'postgresql://nothing@127.0.0.1:9/nothing',
  database_owner_url: 'postgresql://nothing@127.0.0.1:9/nothing',
  model_service_url: NOTHING,
  sandbox_url: null,
  platform_key: 'hf_live_nothing',
  account_id: 'acct_nothing',
  account_key: 'hf_live_nothing',
  supervisor_pid: process.pid,
  pids: { api: null, worker: null, temporal: null, postgres: null, model_service: null },
} as const;

function refuseToAct(): never {
  throw new Error('a process was struck');
}

const stack: Stack = {
  info: () => INFO,
  owns: () => false,
  kill: refuseToAct,
  pause: refuseToAct,
  resume: refuseToAct,
  whenReady: refuseToAct,
  stop: () => Promise.resolve(),
};

let sandbox: Sandbox;
let port: number;
let token: string;

beforeAll(async () => {
  const ports = await chooseFreePorts({ sandbox: 0 });
  const url = sandboxUrlOf(ports.sandbox);
  ({ port, token } = readSandboxUrl(url));
  sandbox = await openSandbox({ stack, url, settings: DEFAULT_SANDBOX_SETTINGS });
});
afterAll(() => sandbox.close());

type Sent = { readonly method?: string; readonly body?: string; readonly headers?: IncomingHttpHeaders };

/** Not by fetch, which does not send a Host header of ours. */
async function call(path: string, { method = 'GET', body, headers = {} }: Sent = {}) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const asked = request(
      { host: '127.0.0.1', port, path, method, headers: { ...length, ...headers } },
      (response) => {
        text(response).then(
          (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read }),
          reject,
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

const withToken = () => ({ [TOKEN_HEADER]: token });
const KILL = JSON.stringify({ name: 'kill_worker' });

describe('the server of the sandbox', () => {
  test.each(['/', '/sandbox', '/control/state', '/v1/balance', '/v1/provider_webhooks/local/att_x.y'])(
    'refuses a request under another host name that leads to this machine: %s',
    async (path) => {
      for (const host of [
        'evil.example',
        `evil.example:${String(port)}`,
        '127.0.0.1',
        `127.0.0.1.evil.example:${String(port)}`,
      ]) {
        expect((await call(path, { headers: { ...withToken(), host } })).status).toBe(421);
      }
    },
  );

  test('serves its page on this machine under a strict policy, without the token in it', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      const page = await call('/sandbox', { headers: { host: `${host}:${String(port)}` } });
      expect(page.status).toBe(200);
      expect(page.headers['content-security-policy']).toBe(
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(page.headers['x-frame-options']).toBe('DENY');
      expect(page.headers['referrer-policy']).toBe('no-referrer');
      expect(page.text).not.toContain(token);
      expect(page.text).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|https?:/);
      const [, file] = /src="(sandbox\/sandbox-\w+\.js)"/.exec(page.text) ?? [];
      expect((await call(`/${String(file)}`)).headers['cache-control']).toMatch(/immutable/);
    }
    expect((await call('/')).headers.location).toBe('/sandbox');
    expect((await call('/sandbox/../../package.json')).status).toBe(404);
  });

  test.each([
    ['/control/state', 'GET'],
    ['/control/acts', 'POST'],
    ['/control/accounts', 'POST'],
    ['/v1/balance', 'GET'],
  ])('refuses a request without its token: %s', async (path, method) => {
    const sent = method === 'POST' ? { method, body: KILL } : {};
    expect((await call(path, sent)).status).toBe(401);
    for (const wrong of ['', 'x', token.slice(1), `${token}x`]) {
      expect((await call(path, { ...sent, headers: { [TOKEN_HEADER]: wrong } })).status).toBe(401);
    }
    // The token is accepted in no other place, where a link or a form could carry it.
    const elsewhere = { authorization: `Bearer ${token}`, cookie: `${TOKEN_HEADER}=${token}` };
    expect((await call(`${path}?token=${token}`, { ...sent, headers: elsewhere })).status).toBe(401);
    // A browser's preflight before a page of another origin sends the header.
    const preflight = await call(path, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect(preflight.status).toBe(401);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('forwards reads only, and paths of the API only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await call('/v1/jobs', { method, body: '{}', headers: withToken() })).status).toBe(404);
    }
    for (const path of ['//evil.example/v1/balance', '/metrics', '/healthz', '/control/nothing']) {
      expect((await call(path, { headers: withToken() })).status).toBe(404);
    }
  });

  test('refuses acts on processes that the stack did not start, and unknown acts', async () => {
    const act = (body: string) => call('/control/acts', { method: 'POST', body, headers: withToken() });
    for (const name of ['kill_worker', 'freeze_models', 'freeze_database']) {
      const refused = await act(JSON.stringify({ name }));
      expect(refused.status).toBe(409);
      expect(refused.text).toContain('outside of this stack');
    }
    for (const body of ['{', '{}', '{"name":"kill_everything"}', '{"name":"kill_worker","pid":1}']) {
      expect((await act(body)).status).toBe(400);
    }
    expect((await act('x'.repeat(2_000))).status).toBe(413);
  });

  test('cannot be reached at an address of another interface', async () => {
    const addresses = Object.values(os.networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of addresses) {
      await expect(fetch(`http://${address}:${String(port)}/sandbox`)).rejects.toThrow();
    }
  });

  test('is not started in production', () => {
    expect(readDevConfig({ NODE_ENV: 'production' }).isProduction).toBe(true);
    expect(readDevConfig({}).isProduction).toBe(false);
  });
});
