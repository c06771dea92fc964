import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pino } from 'pino';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookDeliveries, type ClaimedDelivery } from '../../../jobs/webhooks/webhook-deliveries.ts';
import { resolveBySystem } from '../../../runtime/outbound/checked-lookup.ts';
import { createPostOutside } from '../../../runtime/outbound/post-outside.ts';
import {
  SENDER_LIMITS,
  startWebhookSender,
  type WebhookSender,
} from '../../../worker/webhooks/send-webhooks.ts';
import { webhookBody } from '../../../worker/webhooks/webhook-body.ts';
import { webhookMessage } from '../../../contract/shapes/webhook-shapes.ts';
import { createApiFixture, expectProblem, type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { fail } from '../job-ending.ts';

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };
type Endpoint = { id: string; url: string; secret: string; enabled: boolean; disabled_reason: string | null };
type Delivery = {
  id: string;
  event_id: string;
  state: string;
  attempts: number;
  status: number;
  sequence: number;
  last_attempt_at: string;
  next_attempt_at: string | null;
};

let api: ApiFixture;
let account: TestAccount;
const senders: WebhookSender[] = [];
const closers: (() => void)[] = [];
/** What receivers were sent: each is as the document says. */
const messages: string[] = [];
beforeAll(async () => {
  api = await createApiFixture();
});
beforeEach(async () => {
  account = await api.openAccount();
});
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.stop()));
  for (const close of closers.splice(0)) close();
  for (const message of messages.splice(0)) webhookMessage.parse(JSON.parse(message));
  await api.database.setClock(null);
  await api.expectReconciled();
});
afterAll(() => api.close());

/** What a receiver does with a request: responds with a status, and a body that may never end or break off; or hangs. */
type Deed = number | 'hangs' | { readonly status: number; readonly body: 'never ends' | 'breaks off' };

/** A receiver that does with each request as it is told. */
async function receive(answer: (request: number) => Deed) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ headers: request.headers, body });
      messages.push(body);
      const deed = answer(received.length);
      if (deed === 'hangs') return;
      if (typeof deed === 'object') {
        response.writeHead(deed.status).write('what came back', () => {
          if (deed.body === 'breaks off') response.destroy();
        });
        return;
      }
      response.writeHead(deed, deed === 302 ? { location: '/elsewhere' } : {}).end('what came back');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook` };
}

function send(timeoutMs = 10_000, random = () => 0.5): WebhookSender {
  const sender = startWebhookSender({
    deliveries: createWebhookDeliveries(api.worker, `test-${String(senders.length)}`),
    bodyOf: (delivery) => webhookBody(api.worker, delivery),
    post: createPostOutside(resolveBySystem, { allowsLocal: true }, { timeoutMs, maxReplyBytes: 1_024 }),
    log: pino({ level: 'silent' }),
    now: Date.now,
    random,
    limits: { ...SENDER_LIMITS, pollMs: 50 },
  });
  senders.push(sender);
  return sender;
}

async function call<Body = Record<string, unknown>>(
  path: string,
  method = 'GET',
  body?: unknown,
): Promise<Body> {
  const answer = await api.call(`/v1/webhook_endpoints${path}`, { key: account.key, method, body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.text === '' ? ({} as Body) : answer.json<Body>();
}

const create = (url: string, events: readonly string[] = ['credits.low', 'webhook_endpoint.disabled']) =>
  call<Endpoint>('', 'POST', { url, events });
const logOf = async (id: string) => (await call<{ data: Delivery[] }>(`/${id}/deliveries`)).data;

async function tell(count = 1, of = account): Promise<void> {
  await api.owner.query(
    `SELECT jobs.tell($1, NULL, 'credits.low', '{"available": 1}', ledger.lock($1)) FROM generate_series(1, $2)`,
    [of.accountId, count],
  );
}

describe('a webhook endpoint', () => {
  it('shows its secret once, and is read, changed and deleted by its own account alone', async () => {
    const made = await create('https://example.com/hook');
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret: _secret, ...shown } = made;
    expect(await call(`/${made.id}`)).toEqual(shown);
    expect(await call('')).toEqual({ data: [shown], next_cursor: null });
    expect(await call(`/${made.id}`, 'PATCH', { enabled: false })).toMatchObject({
      disabled_reason: 'asked',
    });
    expect(await call(`/${made.id}`, 'PATCH', { enabled: true, events: ['job.failed'] })).toMatchObject({
      ...{ enabled: true, disabled_reason: null, events: ['job.failed'] },
    });
    const other = await api.openAccount();
    expectProblem(await api.call(`/v1/webhook_endpoints/${made.id}`, { key: other.key }), 404, 'not_found');
    await call(`/${made.id}`, 'DELETE');
    expectProblem(await api.call(`/v1/webhook_endpoints/${made.id}`, { key: account.key }), 404, 'not_found');
  });

  it('beyond the twentieth of an account is refused', async () => {
    const { key } = await api.openAccount();
    const make = () =>
      api.call('/v1/webhook_endpoints', {
        key,
        body: { url: 'https://example.com/hook', events: ['credits.low'] },
      });
    for (let made = 0; made < 20; made += 1) expect((await make()).status).toBe(201);
    expectProblem(await make(), 409, 'state_conflict');
  });

  it.each([
    ['ftp://example.com', 'not_https'],
    ['https://user:pass@example.com/', 'bad_address'],
    ['https://10.0.0.1/', 'private_address'],
    ['https://[::ffff:169.254.169.254]/', 'private_address'],
    ['not an address', 'bad_address'],
    ['https://example.com/\u0000', 'control_character'],
    ['https://example.com/\ud800', 'lone_surrogate'],
    [' https://example.com/', 'bad_address'],
  ])('with an address that is invalid or private is refused: %s', async (url, code) => {
    const body = { url, events: ['credits.low'] };
    const answer = await api.call('/v1/webhook_endpoints', { key: account.key, body });
    expect(expectProblem(answer, 400, 'invalid_request')).toMatchObject({
      errors: [{ pointer: '/url', code }],
    });
  });
});

describe('a delivery', () => {
  it('has the job as it is now, and is signed as Standard Webhooks says, by both secrets while one replaces the other', async () => {
    const receiver = await receive(() => 204);
    const endpoint = await create(receiver.url, ['job.failed']);
    const rotated = await call<Endpoint>(`/${endpoint.id}/rotate`, 'POST', {});
    const { jobId } = await api.admitJob(account.accountId, 'job');
    await fail(api, account.accountId, jobId);
    send();
    await expect.poll(() => receiver.received.length).toBe(1);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    for (const secret of [endpoint.secret, rotated.secret]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
        ...{ type: 'job.failed', sequence: 3 },
        data: { id: jobId, state: 'failed', billing: { returned: 35 } },
      });
    }
    expect(() =>
      new Webhook(`whsec_${'A'.repeat(43)}=`).verify(body, headers as Record<string, string>),
    ).toThrow();
    await expect
      .poll(() => logOf(endpoint.id))
      .toMatchObject([
        { state: 'delivered', attempts: 1, status: 204, event_id: headers['webhook-id'], request_body: null },
      ]);
  });

  it('that fails is recorded with the response, and is sent again unchanged under its id', async () => {
    const receiver = await receive((request) => (request === 1 ? 302 : 200));
    const endpoint = await create(receiver.url);
    await tell();
    send();
    await expect
      .poll(() => logOf(endpoint.id))
      .toMatchObject([
        { state: 'pending', attempts: 1, status: 302, response_body: 'what came back', error: null },
      ]);
    await api.database.setClock(new Date(Date.now() + 60_000));
    await expect.poll(() => logOf(endpoint.id)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
    const [first, second] = receiver.received;
    expect([second?.headers['webhook-id'], second?.body]).toEqual([
      first?.headers['webhook-id'],
      first?.body,
    ]);
  });

  it.each(['never ends', 'breaks off'] as const)(
    'counts by the status of its response, whose body %s',
    async (body) => {
      const receiver = await receive(() => ({ status: 200, body }));
      const endpoint = await create(receiver.url, ['credits.low']);
      const gone = await receive(() => ({ status: 410, body }));
      const other = await create(gone.url, ['credits.low']);
      await tell();
      send(300);
      await expect
        .poll(() => logOf(endpoint.id))
        .toMatchObject([{ state: 'delivered', attempts: 1, status: 200 }]);
      await expect.poll(() => call(`/${other.id}`)).toMatchObject({ disabled_reason: 'gone' });
      expect(await logOf(other.id)).toMatchObject([{ status: 410, response_body: 'what came back' }]);
    },
  );

  it('is sent again when that is asked for: by itself, or all since a time, also those that were never sent', async () => {
    const receiver = await receive(() => 200);
    await tell(2);
    const endpoint = await create(receiver.url);
    await tell();
    send();
    await expect.poll(() => receiver.received.length).toBe(1);
    const [delivery] = await logOf(endpoint.id);
    await call(`/${endpoint.id}/deliveries/${String(delivery?.id)}/resend`, 'POST', {});
    await expect.poll(() => receiver.received.length).toBe(2);
    // What is on its way is left to it.
    await expect.poll(() => logOf(endpoint.id)).toMatchObject([{ state: 'delivered' }]);
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await call(`/${endpoint.id}/resend`, 'POST', { since })).toEqual({ resent: 3, last_sequence: 3 });
    await expect.poll(() => receiver.received.length).toBe(5);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  it('is not sent again to a disabled endpoint, nor for an invalid body', async () => {
    const receiver = await receive(() => 200);
    const endpoint = await create(receiver.url);
    await tell();
    send();
    await expect.poll(() => receiver.received.length).toBe(1);
    const [delivery] = await logOf(endpoint.id);
    const path = `/v1/webhook_endpoints/${endpoint.id}`;
    const again = `${path}/deliveries/${String(delivery?.id)}/resend`;
    const rotate = await api.call(`${path}/rotate`, { key: account.key, body: 'null' });
    expectProblem(rotate, 400, 'invalid_request');
    const ask = (of: string, body: unknown, headers: Record<string, string> = {}) =>
      api.call(of, { key: account.key, body, headers });
    expectProblem(await ask(again, 'x'.repeat(1_100_000)), 413, 'payload_too_large');
    const plain = { 'Content-Type': 'text/plain' };
    expectProblem(await ask(again, 'text', plain), 415, 'unsupported_media_type');
    await call(`/${endpoint.id}`, 'PATCH', { enabled: false });
    expectProblem(await ask(again, {}), 409, 'state_conflict');
    const since = new Date(Date.now() - 60_000).toISOString();
    expectProblem(await ask(`${path}/resend`, { since }), 409, 'state_conflict');
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried ten times over about three days, with pauses up to a fifth longer or shorter, and has then failed; a resend starts again from the first try', async () => {
    const receiver = await receive((request) => 500 + request);
    const endpoint = await create(receiver.url);
    await api.database.setClock(new Date());
    await tell();
    // By turns as long and as short as a pause may be.
    send(10_000, () => receiver.received.length % 2);
    const pauses: number[] = [];
    const recorded = async (request: number) => {
      await expect.poll(() => logOf(endpoint.id)).toMatchObject([{ status: 500 + request }]);
      const [delivery] = await logOf(endpoint.id);
      if (delivery === undefined) throw new Error('no delivery');
      const { last_attempt_at: from, next_attempt_at: to } = delivery;
      if (to !== null) pauses.push((Date.parse(to) - Date.parse(from)) / 1_000);
      return delivery;
    };
    for (let tries = 1; tries < 10; tries += 1) {
      const { next_attempt_at: due, ...tried } = await recorded(tries);
      expect(tried).toMatchObject({ state: 'pending', attempts: tries });
      await api.database.setClock(new Date(due ?? NaN));
    }
    const ended = await recorded(10);
    expect(pauses).toEqual([6, 240, 2_160, 5_760, 21_600, 28_800, 60_480, 57_600, 103_680]);
    const [{ body } = { body: '' }] = receiver.received;
    expect(ended).toMatchObject({
      ...{ state: 'failed', attempts: 10, error: null, next_attempt_at: null },
      ...{ type: 'credits.low', request_body: body, response_body: 'what came back' },
    });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await call(`/${endpoint.id}/deliveries/${ended.id}/resend`, 'POST', {});
    // The longest pause of an endpoint that fails.
    await api.database.setClock(new Date(Date.parse(ended.last_attempt_at) + 64_000));
    expect(await recorded(11)).toMatchObject({ state: 'pending', attempts: 1 });
    expect(pauses.at(-1)).toBe(6);
  });

  it('is signed by the replaced secret as well while its grace lasts, and by the new one alone after it', async () => {
    const receiver = await receive(() => 200);
    const endpoint = await create(receiver.url);
    const rotatedAt = Date.now();
    await api.database.setClock(new Date(rotatedAt));
    const rotated = await call<Endpoint>(`/${endpoint.id}/rotate`, 'POST', { grace_seconds: 60 });
    send();
    const signers: (readonly string[])[] = [];
    for (const afterMs of [59_999, 60_000]) {
      await api.database.setClock(new Date(rotatedAt + afterMs));
      await tell();
      await expect.poll(() => receiver.received.length).toBe(signers.length + 1);
      signers.push(signersOf(receiver.received.at(-1), { old: endpoint.secret, new: rotated.secret }));
    }
    expect(signers).toEqual([['old', 'new'], ['new']]);
    expect(await call(`/${endpoint.id}`)).toMatchObject({ old_secret_expires_at: null });
  });
});

/** Which of some named secrets have signed what was received. */
function signersOf(received: Received | undefined, secrets: Record<string, string>): readonly string[] {
  const { body = '', headers = {} } = received ?? {};
  return Object.keys(secrets).filter((name) => {
    try {
      new Webhook(secrets[name] ?? '').verify(body, headers as Record<string, string>);
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  });
}

const BOUNDS = { perEndpoint: 8, leaseSeconds: 30 };
const FAILED = { delivered: false, error: null, request_body: '{}', response_body: '' };

/** The endpoints of the tests before, with what is still due to them. */
const disableAll = () =>
  api.owner.query(
    `UPDATE jobs.webhook_endpoints SET disabled_at = now(), disabled_reason = 'asked' WHERE disabled_at IS NULL`,
  );

describe('an endpoint that fails', () => {
  it('with a 410 is disabled at once, and another endpoint of the account gets an event about it', async () => {
    const gone = await receive(() => 410);
    const other = await receive(() => 200);
    const endpoint = await create(gone.url, ['credits.low']);
    await create(other.url, ['webhook_endpoint.disabled']);
    await tell();
    send();
    await expect.poll(() => other.received.length).toBe(1);
    expect(JSON.parse(other.received[0]?.body ?? '')).toMatchObject({
      type: 'webhook_endpoint.disabled',
      data: { endpoint_id: endpoint.id, reason: 'gone' },
    });
    expect(await call(`/${endpoint.id}`)).toMatchObject({ enabled: false, disabled_reason: 'gone' });
    await tell();
    expect(await logOf(endpoint.id)).toHaveLength(1);
  });

  it('for five days without a success is disabled and its account is told, and not a millisecond before', async () => {
    await disableAll();
    const endpoint = await create('https://dead.example.com/', ['credits.low']);
    const sender = createWebhookDeliveries(api.worker, 'sender of five days');
    const start = Date.now();
    const at = (days: number, ms = 0) => new Date(start + days * 86_400_000 + ms);
    const tried = async (when: Date, delivered = false) => {
      await api.database.setClock(when);
      await tell();
      const [delivery] = await sender.claim(64, BOUNDS);
      if (delivery === undefined) throw new Error('nothing is due');
      const result = { ...FAILED, delivered, status: delivered ? 200 : 500 };
      return sender.record(delivery, result, null);
    };
    expect(await tried(at(0))).toBe('recorded');
    expect(await tried(at(3), true)).toBe('recorded');
    expect(await tried(at(4))).toBe('recorded');
    expect(await tried(at(9, -1))).toBe('recorded');
    expect(await tried(at(9))).toBe('disabled');
    expect(await call(`/${endpoint.id}`)).toMatchObject({ enabled: false, disabled_reason: 'failing' });
    const events = await api.call('/v1/events?type=webhook_endpoint.disabled', { key: account.key });
    const { id: endpoint_id, url } = endpoint;
    expect(events.json()).toMatchObject({
      data: [
        {
          created_at: at(9).toISOString(),
          data: { endpoint_id, url, reason: 'failing', failing_since: at(4).toISOString() },
        },
      ],
    });
  });

  it('is not disabled by a 410 of its previous address, and the delivery under way there goes to the new one', async () => {
    const endpoint = await create('https://old.example.com/', ['credits.low']);
    await tell();
    const own = (claimed: readonly ClaimedDelivery[]) =>
      claimed.filter(({ endpointId }) => endpointId === endpoint.id);
    const sender = createWebhookDeliveries(api.worker, 'sender of old');
    const [before] = own(await sender.claim(64, BOUNDS));
    if (before === undefined) throw new Error('nothing is due');
    await call(`/${endpoint.id}`, 'PATCH', { url: 'https://new.example.com/' });
    expect(await sender.record(before, { ...FAILED, status: 410 }, null)).toBe('late');
    expect(await call(`/${endpoint.id}`)).toMatchObject({ enabled: true, failing_since: null });
    const again = own(await createWebhookDeliveries(api.worker, 'sender of new').claim(64, BOUNDS));
    expect(again.map(({ url, event }) => [url, event.sequence])).toEqual([
      ['https://new.example.com/', before.event.sequence],
    ]);
  });

  it('with 10,000 deliveries in its queue slows no other down', async () => {
    const dead = await receive(() => 'hangs');
    const alive = await receive(() => 200);
    const { id } = await create(dead.url);
    await tell(10_000);
    const queued = 'SELECT count(*)::int AS count FROM jobs.webhook_deliveries WHERE endpoint_id = $1';
    expect((await api.owner.query(queued, [id])).rows).toEqual([{ count: 10_000 }]);
    const other = await api.openAccount();
    const owner = account;
    account = other;
    await create(alive.url);
    await tell(20, other);
    account = owner;
    send(500);
    // Behind that queue they would wait for ten minutes.
    // One whose response comes after the limit is sent again.
    const deliveries = () => new Set(alive.received.map(({ headers }) => headers['webhook-id'])).size;
    await expect.poll(deliveries, { timeout: 40_000 }).toBe(20);
    // It was tried so often at once, and less once it had failed.
    expect(dead.received.length).toBeLessThanOrEqual(SENDER_LIMITS.perEndpoint * 3);
  });

  it('keeps no other from its turn, also where three of them have deliveries under way', async () => {
    await disableAll();
    for (const name of ['a', 'b', 'c']) await create(`https://${name}.example.com/`);
    await api.owner.query('UPDATE jobs.webhook_endpoints SET failures = 5 WHERE account_id = $1', [
      account.accountId,
    ]);
    await tell(2);
    expect(await createWebhookDeliveries(api.worker, 'stuck').claim(64, BOUNDS)).toHaveLength(3);
    account = await api.openAccount();
    const alive = await create('https://alive.example.com/');
    await tell();
    const claimed = await createWebhookDeliveries(api.worker, 'other').claim(1, BOUNDS);
    expect(claimed.map(({ endpointId }) => endpointId)).toEqual([alive.id]);
  });
});

/** The events, newest first, that a sender has claimed and has not recorded. */
async function leasedOf(endpointId: string): Promise<readonly number[]> {
  const { rows } = await api.owner.query<{ sequence: number }>(
    `SELECT sequence::int FROM jobs.webhook_deliveries WHERE endpoint_id = $1 AND claim IS NOT NULL ORDER BY 1 DESC`,
    [endpointId],
  );
  return rows.map(({ sequence }) => sequence);
}

describe('a sender of webhooks', () => {
  it('that dies in the middle of its deliveries is followed by another, which sends all that have no result again under their ids once the lease is over', async () => {
    const children: ReturnType<typeof spawn>[] = [];
    const receiver = await receive((request) => {
      if (request < 3 || children[0]?.killed === true) return 200;
      children[0]?.kill('SIGKILL');
      return 'hangs';
    });
    const endpoint = await create(receiver.url);
    await tell(6);
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(import.meta.dirname, 'webhook-sender-child.ts'), api.database.workerUrl],
      { stdio: 'inherit' },
    );
    children.push(child);
    await once(child, 'exit');
    // What it had sent to PostgreSQL may still be carried out.
    const sessions = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'killed sender'`;
    await expect.poll(async () => (await api.owner.query(sessions)).rowCount).toBe(0);
    const unrecorded = await leasedOf(endpoint.id);
    expect(unrecorded.length).toBeGreaterThan(0);
    send();
    // Within the lease they are left to the sender that has them.
    await tell();
    await expect.poll(async () => (await logOf(endpoint.id))[0]?.state).toBe('delivered');
    expect(await leasedOf(endpoint.id)).toEqual(unrecorded);
    await api.database.setClock(new Date(Date.now() + 31_000));
    const states = async () => (await logOf(endpoint.id)).map(({ state }) => state);
    await expect.poll(states).toEqual(Array.from({ length: 7 }, () => 'delivered'));
    const deliveries = await logOf(endpoint.id);
    expect(deliveries.filter(({ attempts }) => attempts === 2).map(({ sequence }) => sequence)).toEqual(
      unrecorded,
    );
    const received = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    expect(received).toEqual(new Set(deliveries.map(({ event_id }) => event_id)));
  });

  it('that is stopped records what is on its way first', async () => {
    const receiver = await receive(() => 'hangs');
    const endpoint = await create(receiver.url);
    await tell();
    const sender = send(300);
    await expect.poll(() => receiver.received.length).toBe(1);
    await sender.stop();
    expect(await logOf(endpoint.id)).toMatchObject([{ state: 'pending', attempts: 1, error: 'timeout' }]);
  });

  it('that asks at the same time as others gets no delivery that another has', async () => {
    const { id } = await create('https://example.com/hook');
    await tell(50);
    const claims = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        createWebhookDeliveries(api.worker, name).claim(50, { perEndpoint: 30, leaseSeconds: 30 }),
      ),
    );
    const sequences = claims
      .flat()
      .filter(({ endpointId }) => endpointId === id)
      .map(({ event }) => event.sequence);
    expect(sequences.length).toBeGreaterThan(0);
    expect(new Set(sequences).size).toBe(sequences.length);
    // Over all of them, an endpoint has so many on their way.
    expect(sequences.length).toBeLessThanOrEqual(30);
  });
});
