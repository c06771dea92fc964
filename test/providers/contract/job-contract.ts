import { describe, expect, it } from 'vitest';
import { createContractFixture, NEVER } from './contract-fixture.ts';
import type { ContractSubject, FakeJob } from './dialect.ts';
import {
  answering,
  answeringLate,
  closing,
  resetting,
  takingAndAnsweringHalf,
  takingAndOverlaying,
  takingAndResetting,
  type Fault,
} from './fake-service.ts';

/** Faults of a request that may be repeated. */
const UNANSWERED: readonly (readonly [string, Fault])[] = [
  ['the connection is closed', closing],
  ['the connection is reset', resetting],
  ['the response is reset half way', takingAndAnsweringHalf('reset')],
  ['the response is a 500', answering({ status: 500, body: { data: [], status: 'failed' } })],
  ['the response is a 502', answering({ status: 502, body: Buffer.from('<h1>Bad Gateway</h1>') })],
  ['the response is a 429', answering({ status: 429, headers: { 'retry-after': '1' }, body: {} })],
  ['the response is a web page', answering({ status: 200, body: Buffer.from('<html>') })],
  [
    'the response is compressed',
    answering({ status: 200, headers: { 'content-encoding': 'gzip' }, body: Buffer.alloc(2_000_000) }),
  ],
];

const TEN_MEGABYTES = { input: { image: 'a'.repeat(10_000_000) } };

/** The contract of a service that is polled to the end of a job. */
export function describeJobs(subject: ContractSubject): void {
  const start = createContractFixture(subject);

  async function jobIn(state: FakeJob['state']) {
    const started = await start();
    const id = await started.accept();
    const [job] = started.fake.jobs.all();
    if (job === undefined) throw new Error('the fake has no job');
    job.state = state;
    return { ...started, id, job };
  }

  describe('a job', () => {
    it('is accepted by a slow service', async () => {
      const { fake, submit } = await start(2_000);
      fake.setFaults({ submission: answeringLate(600) });
      expect((await submit()).outcome).toBe('accepted');
      expect(fake.wire.posts()).toBe(1);
    });

    it.each([
      ['queued', { state: 'queued' }],
      ['running', { state: 'running' }],
      ['failed', { state: 'failed', reason: 'failed' }],
      ['moderated', { state: 'failed', reason: 'failed', errorClass: 'moderated_output' }],
      ['canceled', { state: 'canceled' }],
      ['never heard of', { state: 'unknown' }],
    ] as const)('that is %s is polled as %j', async (state, expected) => {
      const { provider, id } = await jobIn(state);
      const poll = await provider.poll(id, NEVER);
      expect(poll).toMatchObject(expected);
      expect(poll.retryAfterMs).toBeGreaterThan(0);
    });

    it.each(
      (subject.dialect.oddFields ?? []).flatMap((odd) =>
        (['queued', 'running', 'failed', 'canceled'] as const).map((state) => [state, odd] as const),
      ),
    )(
      'that is %s is polled as such with %j in the response, and odd values are left out',
      async (state, odd) => {
        const { provider, id, fake } = await jobIn(state);
        fake.setFaults({ other: takingAndOverlaying(odd) });
        const poll = await provider.poll(id, NEVER);
        expect(poll.state).toBe(state);
        if (poll.state === 'queued')
          expect(poll.queuePosition ?? 0).toSatisfy((at: number) => at >= 0 && at < 2 ** 31);
        if (poll.state === 'running') {
          expect(poll.stage).toMatch(/^[^\p{C}]{1,60}$/u);
          expect(poll.fraction ?? 0).toSatisfy((fraction: number) => fraction >= 0 && fraction <= 1);
        }
        if (poll.state === 'failed') expect(poll.cost ?? '0').toMatch(/^\d+(\.\d+)?$/);
        expect(poll.retryAfterMs).toBeLessThanOrEqual(5_000);
      },
    );

    it.each(['queued', 'running', 'failed', 'canceled'] as const)(
      'that is %s is polled as such with ten megabytes of its input in the response',
      async (state) => {
        const { provider, id, fake } = await jobIn(state);
        fake.setFaults({ other: takingAndOverlaying(TEN_MEGABYTES) });
        expect((await provider.poll(id, NEVER)).state).toBe(state);
      },
    );

    it('is accepted with ten megabytes of its input in the response', async () => {
      const { fake, submit } = await start(10_000);
      fake.setFaults({ submission: takingAndOverlaying(TEN_MEGABYTES) });
      expect((await submit()).outcome).toBe('accepted');
      expect(fake.wire.posts()).toBe(1);
    });

    it('that succeeded without an output has failed', async () => {
      const { provider, id } = await jobIn('succeeded');
      expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'failed', reason: 'zero_outputs' });
    });

    it('that the service does not know is gone', async () => {
      const { provider, id, fake } = await jobIn('running');
      fake.setFaults({ other: answering({ status: 404, body: {} }) });
      expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'gone' });
    });

    it.each(UNANSWERED)('is in an unknown state, and has not failed, when %s', async (_what, fault) => {
      const { provider, id, fake } = await jobIn('running');
      fake.setFaults({ other: fault });
      const poll = await provider.poll(id, NEVER);
      expect(poll.state).toBe('unknown');
      expect(poll.retryAfterMs).toBeGreaterThan(0);
      fake.setFaults({});
      expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'running' });
    });

    it('is in an unknown state when the caller aborts the poll', async () => {
      const { provider, id, fake } = await jobIn('running');
      fake.setFaults({ other: answeringLate(5_000) });
      expect(await provider.poll(id, AbortSignal.timeout(50))).toMatchObject({ state: 'unknown' });
    });
  });

  describe('a cancel', () => {
    it('stops a waiting job or requests that, and is too late for an ended job', async () => {
      const { provider, id, job } = await jobIn('queued');
      expect(['stopped', 'requested']).toContain(await provider.cancel(id, NEVER));
      expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'canceled' });
      job.state = 'failed';
      expect(await provider.cancel(id, NEVER)).toBe('too_late');
    });

    it.each([...UNANSWERED, ['it was accepted and its response is lost', takingAndResetting] as const])(
      'is taken as requested when %s',
      async (_what, fault) => {
        const { provider, id, fake } = await jobIn('running');
        fake.setFaults({ other: fault });
        expect(await provider.cancel(id, NEVER)).toBe('requested');
      },
    );
  });

  describe('a look-up by our reference', () => {
    it('finds a job whose response was lost, if the service can be searched', async () => {
      const { fake, provider, submit } = await start();
      fake.setFaults({ submission: takingAndResetting });
      await submit('att_lost_0_render_1');
      const found = await provider.lookup('att_lost_0_render_1', NEVER);
      const [job] = fake.jobs.all();
      if (provider.capabilities.lookup === 'none') expect(found).toEqual({ outcome: 'unknown' });
      else {
        expect(found).toMatchObject({ outcome: 'found' });
        if (found.outcome === 'found' && job !== undefined) {
          job.state = 'running';
          expect(await provider.poll(found.providerJobId, NEVER)).toMatchObject({ state: 'running' });
        }
      }
    });

    it('does not find another job, and returns "not found" only if the service can be searched', async () => {
      const { provider, submit } = await start();
      await submit('att_another_0_render_1');
      const found = await provider.lookup('att_never_0_render_1', NEVER);
      const isAsked = provider.capabilities.lookup !== 'none';
      expect(found).toEqual({ outcome: isAsked ? 'not_found' : 'unknown' });
    });

    it.each(UNANSWERED)('is unknown when %s', async (_what, fault) => {
      const { fake, provider, submit } = await start();
      await submit();
      fake.setFaults({ other: fault });
      expect(await provider.lookup('att_never_0_render_1', NEVER)).toEqual({ outcome: 'unknown' });
    });
  });

  describe('the identity of a job', () => {
    it('is the reference in the service’s own record, if it has one', async () => {
      const { provider, id, fake } = await jobIn('running');
      const identity = await provider.identify(id, NEVER);
      expect([
        { outcome: 'found', reference: 'att_a_0_render_1' },
        { outcome: 'unsupported' },
      ]).toContainEqual(identity);
      fake.setFaults({ other: closing });
      expect(['unknown', 'unsupported']).toContain((await provider.identify(id, NEVER)).outcome);
    });
  });
}
