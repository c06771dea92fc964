import { createHash, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { createWebhookVerifiers } from '../../../api/provider-webhooks/webhook-verifiers.ts';
import { createApiFixture, expectProblem, type ApiFixture } from '../api-fixture.ts';
import { postAttempt } from './post-attempt.ts';
import { createFreezableProxy, type FreezableProxy } from './freezable-proxy.ts';

const KEY = Buffer.from('a secret of this test');
const MIB = 1024 * 1024;

let proxy: FreezableProxy;
let api: ApiFixture;
let keyServer: Server;
/** The keys that fal signs with now, and publishes; null: they cannot be read. */
let published: readonly unknown[] | null;
let timesPublished: number;
let logged: string;
beforeAll(async () => {
  keyServer = createServer((_request, response) => {
    timesPublished += 1;
    response.writeHead(published === null ? 503 : 200).end(JSON.stringify({ keys: published ?? [] }));
  });
  await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  logged = '';
});

const jwksUrl = () => `http://127.0.0.1:${String((keyServer.address() as AddressInfo).port)}/jwks.json`;
const verifiers = () =>
  createWebhookVerifiers({
    secrets: { local: null, gpu: `whsec_${KEY.toString('base64')}`, replicate: null },
    fal: { jwksUrl: jwksUrl(), userId: 'user_1' },
  });

beforeAll(async () => {
  const server = new URL(inject('databaseOwnerUrl'));
  proxy = await createFreezableProxy({ host: server.hostname, port: Number(server.port) });
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  api = await createApiFixture({
    webhookVerifiers: verifiers(),
    log: pino({ level: 'trace' }, lines),
    databaseUrl: (apiUrl) => {
      const url = new URL(apiUrl);
      url.hostname = '127.0.0.1';
      url.port = String(proxy.port);
      return url.href;
    },
  });
});
afterAll(async () => {
  await api.expectReconciled();
  await api.close();
  await proxy.close();
  keyServer.close();
});

const postedTo = (provider: string) => postAttempt(api, provider);

function signed(body: string, { key = KEY, id = 'msg_1', sentAtMs = Date.now() } = {}) {
  const timestamp = String(Math.floor(sentAtMs / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    body,
    headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
  };
}

function signedByFal(privateKey: KeyObject, { user = 'user_1', sentAtMs = Date.now() } = {}) {
  const body = '{"status":"OK"}';
  const timestamp = String(Math.floor(sentAtMs / 1_000));
  const digest = createHash('sha256').update(body).digest('hex');
  const message = Buffer.from(['request_1', user, timestamp, digest].join('\n'));
  return {
    body,
    headers: {
      'x-fal-webhook-request-id': 'request_1',
      'x-fal-webhook-user-id': user,
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, message, privateKey).toString('hex'),
    },
  };
}

const BODY = '{"id":"pred_1","status":"succeeded"}';

it('a signed webhook is recorded and acknowledged without an API key, and a repeated one is acknowledged and counts once', async () => {
  const { address, counted } = await postedTo('gpu');
  const first = await api.call(address, signed(BODY));
  expect([first.status, first.text]).toEqual([204, '']);
  expect(await counted()).toBe(1);
  expect((await api.call(address, signed(BODY))).status).toBe(204);
  expect(await counted()).toBe(1);
});

it('a webhook that is forged, changed, late, of another address or another service gets the same 404, and counts nothing', async () => {
  const { address, counted } = await postedTo('gpu');
  const other = await postedTo('replicate');
  const wrongSecret = address.slice(0, -1) + (address.endsWith('A') ? 'B' : 'A');
  const sixMinutes = 6 * 60_000;
  const bodies: unknown[] = [];
  for (const [path, call] of [
    [address, { body: BODY }],
    [address, signed(BODY, { key: Buffer.from('another secret') })],
    [address, { ...signed(BODY), body: `${BODY} ` }],
    [address, signed(BODY, { sentAtMs: Date.now() - sixMinutes })],
    [address, signed(BODY, { sentAtMs: Date.now() + sixMinutes })],
    [wrongSecret, signed(BODY)],
    [wrongSecret, { body: BODY }],
    [address.replace('_render_1', '_render_2'), signed(BODY)],
    [address.replace('/gpu/', '/local/'), signed(BODY)],
    [address.replace('/gpu/', '/fal/'), signed(BODY)],
    [address.replace('/gpu/', '/constructor/'), signed(BODY)],
    [other.address, signed(BODY)],
    ['/v1/provider_webhooks/gpu/x', signed(BODY)],
  ] as const) {
    const { request_id: _, ...problem } = expectProblem(await api.call(path, call), 404, 'not_found');
    bodies.push(problem);
  }
  for (const body of bodies) expect(body).toEqual(bodies[0]);
  expect([await counted(), await other.counted()]).toEqual([0, 0]);
});

it('a webhook that is not signed is refused without a query of PostgreSQL', async () => {
  const { address } = await postedTo('gpu');
  proxy.freeze();
  expectProblem(await api.call(address, { body: BODY }), 404, 'not_found');
  proxy.thaw();
});

it('a webhook that cannot be recorded is a 503, and is acknowledged when it comes again', async () => {
  const { address, counted } = await postedTo('gpu');
  proxy.freeze();
  expectProblem(await api.call(address, signed(BODY)), 503, 'unavailable');
  proxy.thaw();
  expect((await api.call(address, signed(BODY))).status).toBe(204);
  expect(await counted()).toBe(1);
});

it('a webhook of any bytes is accepted up to 4 MiB, and refused above or compressed', async () => {
  const { address, counted } = await postedTo('gpu');
  expect((await api.call(address, signed('x'.repeat(4 * MIB)))).status).toBe(204);
  expectProblem(await api.call(address, signed('x'.repeat(4 * MIB + 1))), 413, 'payload_too_large');
  const compressed = signed(BODY, { id: 'msg_2' });
  const headers = { ...compressed.headers, 'content-encoding': 'gzip' };
  expectProblem(await api.call(address, { ...compressed, headers }), 415, 'unsupported_media_type');
  expect(await counted()).toBe(1);
});

it('the secret of a webhook address is in no log line, whatever the response is', async () => {
  const { address } = await postedTo('gpu');
  const secret = address.slice(-43);
  await api.call(address, signed(BODY));
  await api.call(address, { body: BODY });
  await api.call(address, { method: 'GET' });
  await api.call(`${address}/more`, signed(BODY));
  await api.call(`/behind/a/proxy${address}`, signed(BODY));
  proxy.freeze();
  expect((await api.call(address, signed(BODY, { id: 'msg_2' }))).status).toBe(503);
  proxy.thaw();
  expect(logged).toContain('/v1/provider_webhooks/gpu/…');
  expect(logged.match(/"status":/g)).toHaveLength(6);
  expect(logged).not.toContain(secret);
  expect(logged).not.toContain(KEY.toString('base64'));
});

/** Its body names no job. */
const VERIFIED = { event: 'request_1', job: null };

/** A key that fal signs with, as it publishes it. */
function drawFalKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, jwk: { x: String(publicKey.export({ format: 'jwk' }).x) } };
}

it('a webhook of fal is accepted with a published key about our user, and refused with another key or user', async () => {
  const [key, unpublished] = [drawFalKey(), drawFalKey()];
  const { address, counted } = await postedTo('fal');
  published = [key.jwk];
  const statusOf = async (call: ReturnType<typeof signedByFal>) => (await api.call(address, call)).status;
  expect(await statusOf(signedByFal(unpublished.privateKey))).toBe(404);
  expect(await statusOf(signedByFal(key.privateKey, { user: 'user_2' }))).toBe(404);
  expect(await counted()).toBe(0);
  expect(await statusOf(signedByFal(key.privateKey))).toBe(204);
  expect(await counted()).toBe(1);
});

it('the keys of fal are fetched again for an unknown one, once a minute at most', async () => {
  const [old, current, next] = [drawFalKey(), drawFalKey(), drawFalKey()];
  const verifyFal = verifiers().get('fal');
  let nowMs = Date.now();
  const verify = ({ privateKey }: typeof old) => {
    const { body, headers } = signedByFal(privateKey, { sentAtMs: nowMs });
    return verifyFal?.(Buffer.from(body), headers, nowMs);
  };
  timesPublished = 0;
  published = null;
  await expect(verify(old), 'no keys: it is to come again').rejects.toMatchObject({ code: 'unavailable' });
  await expect(verify(old)).rejects.toMatchObject({ code: 'unavailable' });
  expect(timesPublished).toBe(1);

  nowMs += 61_000;
  published = [old.jwk, current.jwk];
  expect([await verify(old), await verify(current)]).toEqual([VERIFIED, VERIFIED]);
  expect(timesPublished).toBe(2);

  published = [current.jwk, next.jwk];
  expect(await verify(next), 'a minute has not passed').toBeNull();
  nowMs += 61_000;
  const together = await Promise.all([verify(next), verify(next), verify(next)]);
  expect(together).toEqual([VERIFIED, VERIFIED, VERIFIED]);
  expect(await verify(old), 'it is published no longer').toBeNull();
  expect(timesPublished).toBe(3);

  nowMs += 61_000;
  published = null;
  expect([await verify(old), await verify(next)], 'what is known goes on to count').toEqual([null, VERIFIED]);
  expect(timesPublished).toBe(4);

  nowMs += 25 * 60 * 60_000;
  published = [current.jwk];
  expect(await verify(next), 'after a day they are fetched anew').toBeNull();
  expect(timesPublished).toBe(5);
});

it('a key of fal is used although invalid entries stand beside it', async () => {
  const key = drawFalKey();
  published = [null, 7, { kty: 'RSA', n: 'AQAB' }, { x: 7 }, { x: 'not a key' }, key.jwk];
  const { body, headers } = signedByFal(key.privateKey);
  expect(await verifiers().get('fal')?.(Buffer.from(body), headers, Date.now())).toEqual(VERIFIED);
});

it('a webhook whose body is two million brackets is recorded and acknowledged', async () => {
  const { address, counted } = await postedTo('gpu');
  const deep = `{"id":"pred_1","output":${'['.repeat(MIB)}${']'.repeat(MIB)}}`;
  expect((await api.call(address, signed(deep))).status).toBe(204);
  expect(await counted()).toBe(1);
});

it('a list of 2,001 keys of fal is not used, and the webhook has to come again', async () => {
  const key = drawFalKey();
  published = [key.jwk, ...Array.from({ length: 2_000 }, () => key.jwk)];
  const { body, headers } = signedByFal(key.privateKey);
  const verifying = verifiers().get('fal')?.(Buffer.from(body), headers, Date.now());
  await expect(verifying).rejects.toMatchObject({ code: 'unavailable' });
});
