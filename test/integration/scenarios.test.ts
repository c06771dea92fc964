import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_SCENARIOS, type TestScenario } from '../../domain/work/job-request.ts';
import type { Json, StackInUse } from './running-stack.ts';
import { leaseSharedStack } from './shared-stack.ts';

type Ending = {
  readonly state: 'succeeded' | 'failed';
  readonly code?: string;
  readonly atFault?: string | Readonly<Record<keyof typeof KINDS, string>>;
  readonly maxAttempts: number;
  readonly deadlineSeconds?: number;
  /** States the job must have been seen in, by its events. */
  readonly passes?: readonly string[];
};

/** One of each kind: a video plays a scenario at one of its stages, and ends like what is made in one call. */
const KINDS = {
  static_ad: { credits: 35, body: { kind: 'static_ad' } },
  video_ad: { credits: 500, body: { kind: 'video_ad', duration_seconds: 15, quality: 'draft' } },
} as const;

/** The test scenarios of docs/http-api.md, line by line. Deadlines are shortened where waiting for the model's own is pointless. */
const ENDINGS: Readonly<Record<TestScenario, Ending>> = {
  ok: { state: 'succeeded', maxAttempts: 1 },
  slow: { state: 'succeeded', maxAttempts: 1 },
  fails_before_start: { state: 'failed', code: 'provider_rejected', atFault: 'provider', maxAttempts: 3 },
  fails_after_start: { state: 'failed', code: 'provider_failed', atFault: 'provider', maxAttempts: 1 },
  moderated_input: { state: 'failed', code: 'moderated_input', atFault: 'customer', maxAttempts: 1 },
  moderated_output: { state: 'failed', code: 'moderated_output', atFault: 'provider', maxAttempts: 1 },
  zero_outputs: { state: 'failed', code: 'zero_outputs', atFault: 'provider', maxAttempts: 1 },
  bad_content: { state: 'failed', code: 'bad_content', atFault: 'provider', maxAttempts: 1 },
  never_starts: {
    state: 'failed',
    code: 'start_deadline',
    // For an ad the model's own start deadline comes first; for a video the deadline that is named brings it forward.
    atFault: { static_ad: 'provider', video_ad: 'customer' },
    maxAttempts: 1,
    deadlineSeconds: 26,
  },
  never_finishes: {
    state: 'failed',
    code: 'run_deadline',
    atFault: 'customer',
    maxAttempts: 1,
    deadlineSeconds: 16,
    passes: ['job.stuck'],
  },
  unknown_outcome: { state: 'succeeded', maxAttempts: 1 },
  unknown_outcome_lost: {
    state: 'failed',
    code: 'outcome_unknown',
    atFault: 'provider',
    maxAttempts: 1,
    deadlineSeconds: 16,
    passes: ['job.stuck'],
  },
  unavailable_once: { state: 'succeeded', maxAttempts: 2 },
  rate_limited_once: { state: 'succeeded', maxAttempts: 2 },
  expired_link_once: { state: 'succeeded', maxAttempts: 1 },
};

let running: StackInUse;

beforeAll(async () => {
  running = await leaseSharedStack();
});

afterAll(async () => {
  await running.close();
});

/** Waits for 18 s: it begins first, and the others run meanwhile. */
const LONGEST = 'never_starts';
const LONGEST_FIRST = [LONGEST, ...TEST_SCENARIOS.filter((scenario) => scenario !== LONGEST)] as const;

describe.concurrent.each(['static_ad', 'video_ad'] as const)(
  'every test scenario of a %s (invariants 4, 7, 10)',
  (kind) => {
    it.each(LONGEST_FIRST)('ends as documented: %s', async (scenario) => {
      const ending = ENDINGS[scenario];
      const { credits } = KINDS[kind];
      const account = await running.openAccount();
      const submitted = await running.submit(account, {
        ...KINDS[kind].body,
        brief: { headline: scenario },
        test_scenario: scenario,
        ...(ending.deadlineSeconds === undefined ? {} : { deadline_seconds: ending.deadlineSeconds }),
      });
      expect(submitted.status).toBe(202);
      const job = await running.untilEnded(account, submitted.body.id);

      const isCharged = ending.state === 'succeeded';
      expect(job.state).toBe(ending.state);
      expect(job.failure?.code ?? undefined).toBe(ending.code);
      const { atFault } = ending;
      expect(job.failure?.at_fault ?? undefined).toBe(typeof atFault === 'object' ? atFault[kind] : atFault);
      expect(job.outputs[0].attempts).toBeGreaterThanOrEqual(1);
      expect(job.outputs[0].attempts).toBeLessThanOrEqual(ending.maxAttempts);
      expect(job.billing).toMatchObject({
        quoted: credits,
        reserved: 0,
        committed: isCharged ? credits : 0,
        returned: isCharged ? 0 : credits,
      });
      const [row] = await running.rows<{ attempts: number }>(
        `SELECT count(*) FILTER (WHERE state <> 'rejected')::int AS attempts FROM jobs.attempts WHERE job_id = $1`,
        [job.id],
      );
      expect(await running.submissionsOf(job.id)).toBeLessThanOrEqual(row?.attempts ?? 0);
      const { body: balance } = await running.call('GET', '/v1/balance', { account });
      expect(balance).toMatchObject({ available: isCharged ? 1000 - credits : 1000, reserved: 0 });

      const { body: events } = await running.call('GET', `/v1/jobs/${job.id as string}/events?after=0`, {
        account,
      });
      const types = (events.data as Json[]).map((event) => event.type as string);
      expect(types).toEqual(
        expect.arrayContaining(['job.queued', ...(ending.passes ?? []), `job.${ending.state}`]),
      );
      expect(types.includes('credits.returned')).toBe(!isCharged);
    });
  },
);

describe('all of them together', () => {
  it('leave nothing for reconcile to find', async () => {
    expect(await running.reconcile()).toEqual([]);
  });
});
