import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  createContractFixture,
  mayPost,
  NEVER,
  SUBMIT_TIMEOUT_MS,
  submissionOf,
  submitTimeoutFor,
} from './contract-fixture.ts';
import type { CountingWire } from './counting-wire.ts';
import type { ContractSubject } from './dialect.ts';
import {
  answering,
  closing,
  resetting,
  silent,
  takingAndAnswering,
  takingAndAnsweringHalf,
  takingAndResetting,
  type Fault,
} from './fake-service.ts';

/** A hidden second try would come within this time. */
const SECOND_TRY_MS = 150;
/** By default a second, which a busy machine may need for what an idle one does at once. */
const PATIENT = { timeout: 10_000 } as const;

/** Longer than a response of any service may be. */
const TOO_LONG = Buffer.alloc(65 * 1024 * 1024, ' ');

const PAGE = Buffer.from('<!doctype html><h1>Bad Gateway</h1>');

/** Faults after which the outcome of a post is unknown, and whether the request may still have been passed on. */
const LOST: readonly (readonly [what: string, fault: Fault, mayArriveLater: boolean])[] = [
  ['the service closes its connection without a response', closing, false],
  ['the service resets its connection before it takes it', resetting, false],
  ['it is accepted and its response is dropped', takingAndResetting, false],
  ['no response comes in time', silent, false],
  ['the connection is reset in the middle of the response', takingAndAnsweringHalf('reset'), true],
  ['the response stops half way', takingAndAnsweringHalf('stall'), true],
  ['a 500 comes before it is accepted', answering({ status: 500, body: PAGE }), true],
  ['a 502 comes before it is accepted', answering({ status: 502, body: PAGE }), true],
  ['a 503 does not say that nothing was started', answering({ status: 503, body: {} }), true],
  ['a 504 comes before it is accepted', answering({ status: 504, body: PAGE }), true],
  ['a 500 comes after it was accepted', takingAndAnswering({ status: 500, body: {} }), true],
  ['a 502 comes after it was accepted', takingAndAnswering({ status: 502, body: PAGE }), true],
  ['the response is a web page', answering({ status: 200, body: PAGE }), true],
  ['the response is a web page with status 201', answering({ status: 201, body: PAGE }), true],
  ['the response is longer than any may be', answering({ status: 201, body: TOO_LONG }), true],
  ['it is redirected', answering({ status: 307, headers: { location: '/v2' } }), true],
  [
    'it is redirected to a private address',
    answering({ status: 308, headers: { location: 'http://10.0.0.1/' } }),
    true,
  ],
];

/** Names that every JavaScript object has a value for, and that are no service’s error codes. */
const UNSAID: typeof LOST = ['constructor', 'toString', '__proto__'].map((code) => {
  const body = Buffer.from(`{ "error": { "code": "${code}" } }`);
  return [`a 503 says ${code}`, answering({ status: 503, body }), true] as const;
});

/** Statuses that mean the same at every service. */
const REFUSED = [
  [400, 'bad_input'],
  [401, 'our_configuration'],
  [402, 'our_balance'],
  [403, 'our_configuration'],
  [404, 'our_configuration'],
  [413, 'bad_input'],
  [422, 'bad_input'],
  [429, 'capacity'],
] as const;

/** No byte went out beside the one request: not the beginning of a second, on this connection or on another. */
function expectOneRequest(wire: CountingWire): void {
  const { all, first } = wire.bytesOut();
  expect(all).toBe(first);
}

export function describeSubmissions(subject: ContractSubject): void {
  const start = createContractFixture(subject);
  const { dialect } = subject;

  describe('a submission posts exactly once and is unknown', () => {
    const nonsense = (dialect.nonsense ?? []).map(
      (answer) => [`the response is ${JSON.stringify(answer)}`, answering(answer), true] as const,
    );
    it.each([...LOST, ...UNSAID, ...nonsense])('when %s', async (_what, fault, mayArriveLater) => {
      const { fake, submit } = await start(submitTimeoutFor(fault));
      fake.setFaults({ submission: fault });
      expect(await submit()).toEqual({ outcome: 'unknown', mayArriveLater });
      await sleep(SECOND_TRY_MS);
      expect([fake.wire.posts(), fake.wire.connections()]).toEqual([1, 1]);
      expectOneRequest(fake.wire);
      expect(fake.taken()).toBeLessThanOrEqual(1);
    });

    it('when the caller aborts it, which resets the connection', async () => {
      const { fake, submit } = await start(10_000);
      fake.setFaults({ submission: silent });
      const controller = new AbortController();
      const submitting = submit(undefined, controller.signal);
      await vi.waitFor(() => expect(fake.wire.posts()).toBe(1), PATIENT);
      controller.abort();
      expect(await submitting).toEqual({ outcome: 'unknown', mayArriveLater: false });
      await vi.waitFor(() => expect(fake.wire.resets()).toBe(1), PATIENT);
      expect(fake.wire.posts()).toBe(1);
    });

    it('when no response comes in time, which resets the connection', async () => {
      const { fake, submit } = await start(SUBMIT_TIMEOUT_MS);
      fake.setFaults({ submission: silent });
      await submit();
      await vi.waitFor(() => expect(fake.wire.resets()).toBe(1), PATIENT);
    });

    it('when a connection that was used before is closed', async () => {
      const { fake, submit } = await start();
      const first = await submit();
      expect(['accepted', 'ended']).toContain(first.outcome);
      // The connection returns to its pool a moment after its response.
      await sleep(50);
      fake.setFaults({ submission: closing });
      expect(await submit('att_a_0_render_2')).toEqual({ outcome: 'unknown', mayArriveLater: false });
      await sleep(SECOND_TRY_MS);
      expect([fake.wire.posts(), fake.wire.connections()]).toEqual([2, 1]);
    });
  });

  describe('a submission is rejected, and provably did not run,', () => {
    it.each(REFUSED)('by %i as %s', async (status, errorClass) => {
      const { fake, submit } = await start();
      fake.setFaults({ submission: answering({ status, body: {} }) });
      expect(await submit()).toEqual({ outcome: 'rejected', errorClass, retryAfterMs: null });
      await sleep(SECOND_TRY_MS);
      expect([fake.wire.posts(), fake.taken()]).toEqual([1, 0]);
      expectOneRequest(fake.wire);
    });

    it.each(dialect.refusals)('by $status with $body as $means', async ({ means, ...answer }) => {
      const { fake, submit } = await start();
      fake.setFaults({ submission: answering(answer) });
      expect(await submit()).toMatchObject({ outcome: 'rejected', errorClass: means });
      expect([fake.wire.posts(), fake.taken()]).toEqual([1, 0]);
    });

    it.each([
      ['2', 2_000],
      ['999999', 3_600_000],
      ['soon', null],
    ])(
      'by 429 with Retry-After %s, which becomes a wait of %s ms without a second post',
      async (after, retryAfterMs) => {
        const { fake, submit } = await start();
        fake.setFaults({
          submission: answering({ status: 429, headers: { 'retry-after': after }, body: {} }),
        });
        expect(await submit()).toEqual({ outcome: 'rejected', errorClass: 'capacity', retryAfterMs });
        await sleep(SECOND_TRY_MS);
        expect(fake.wire.posts()).toBe(1);
      },
    );
  });

  describe('a submission is not sent', () => {
    it('when the connection is refused, without asking whether it may be posted', async () => {
      const { fake, submit } = await start();
      await fake.close();
      const asked = vi.fn(mayPost);
      expect(await submit(undefined, NEVER, asked)).toEqual({ outcome: 'not_sent' });
      expect(asked).not.toHaveBeenCalled();
    });

    it('when it may not be posted, although there is a connection', async () => {
      const { fake, submit } = await start();
      expect(await submit(undefined, NEVER, () => Promise.resolve(false))).toEqual({ outcome: 'not_sent' });
      await sleep(SECOND_TRY_MS);
      expect(fake.wire.posts()).toBe(0);
    });

    it('when the service closes its connection before the first byte', async () => {
      const closer = createTcpServer((socket) => setTimeout(() => socket.destroy(), 20));
      await new Promise<void>((resolve) => closer.listen(0, '127.0.0.1', resolve));
      const baseUrl = `http://127.0.0.1:${String((closer.address() as AddressInfo).port)}`;
      const provider = subject.createProvider({ baseUrl, submitTimeoutMs: SUBMIT_TIMEOUT_MS });
      const slowly = () => sleep(100, true);
      expect(await provider.submit(submissionOf(subject, 'att_a_0_render_1'), slowly, NEVER)).toEqual({
        outcome: 'not_sent',
      });
      closer.close();
    });
  });

  it.skipIf(subject.apiKey === null)('a submission carries the key, and no result contains it', async () => {
    const { fake, provider, submit } = await start();
    const told: unknown[] = [await submit()];
    for (const fault of [answering({ status: 401, body: { error: { message: subject.apiKey } } }), closing]) {
      fake.setFaults({ submission: fault, other: fault });
      told.push(await submit('att_a_0_render_2'), await provider.poll('job', NEVER));
      told.push(await provider.lookup('ref', NEVER), await provider.cancel('job', NEVER));
    }
    expect(JSON.stringify(fake.requests[0]?.headers)).toContain(subject.apiKey);
    expect(JSON.stringify(told)).not.toContain(subject.apiKey);
  });
}
