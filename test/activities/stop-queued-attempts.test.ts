import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Provider } from '../../activities/providers/provider.ts';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { createStopQueuedAttempts } from '../../activities/attempts/stop-queued-attempts.ts';
import { failureOf } from '../../domain/work/failures.ts';
import type { Model } from '../../domain/work/models.ts';
import type { Attempt } from '../../domain/work/attempt.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import { createAttemptsToStop } from '../../jobs/attempts/attempts-to-stop.ts';
import { applySupportCommand } from '../../jobs/support/apply-support-command.ts';
import { startScriptedService, type ScriptedService, type ServiceCall } from '../harness/scripted-service.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { SUPERSCALE, SUPERSCALE_GRANTS } from '../harness/superscale.ts';

let fixture: ActivitiesFixture;
let service: ScriptedService;
let answers: Partial<Record<ServiceCall['name'], (call: ServiceCall) => void>>;
beforeEach(async () => {
  answers = {
    poll: (call) => {
      call.answer(404);
    },
  };
  fixture = await createActivitiesFixture();
  service = await startScriptedService((call) => answers[call.name]?.(call));
});
afterEach(async () => {
  await service.close();
  await fixture.close();
});

const logged: string[] = [];
const logger = new DefaultLogger('WARN', ({ message }) => logged.push(message));

/** A run of the reconciler's schedule; `afterMs`: with all pauses over. */
async function run(
  provider = fixture.provider(service.url),
  models: readonly Model[] = [],
): Promise<unknown> {
  await fixture.owner.query('UPDATE jobs.attempts SET stop_due_at = now() WHERE stop_due_at IS NOT NULL');
  const providers = createProviderRegistry([provider]);
  const stop = createStopQueuedAttempts(createAttemptsToStop(fixture.worker), providers, models);
  return new MockActivityEnvironment({}, { logger }).run(stop);
}

const waitFor = (interval: string) =>
  fixture.owner.query('UPDATE jobs.attempts SET stopping_since = now() - $1::interval', [interval]);

async function begun(key: string): Promise<{ plan: OutputPlan; attempt: Attempt }> {
  const { plan, attempt } = await fixture.admit(key);
  await fixture.attempts.begin(attempt);
  return { plan, attempt };
}

async function accepted(key: string): Promise<{ plan: OutputPlan; attempt: Attempt }> {
  const { plan, attempt } = await begun(key);
  const { accountId, reference } = attempt;
  await fixture.attempts.move(accountId, reference, {
    from: ['posting'],
    to: 'accepted',
    providerJobId: `p-${key}`,
  });
  return { plan, attempt };
}

const settle = (plan: OutputPlan) =>
  fixture.activitiesAt(service.url).settle(plan, { charge: false, failure: failureOf('terminated') });

const release = ({ accountId, jobId }: OutputPlan) =>
  applySupportCommand({ database: fixture.worker, grants: SUPERSCALE_GRANTS }, accountId, {
    command: 'release',
    ...{ job_id: jobId, key: 'k', actor: 'ann', reason: 'why' },
  });

const cancelsOf = () => service.calls('cancel').map(({ about }) => about);

test.each([
  [
    'it was canceled before it ran',
    { status: 'canceled', metrics: { billed: false } },
    ['no', '0.000000000', true],
  ],
  [
    'it was canceled while it ran',
    { status: 'canceled', metrics: { billed: true, cost: '0.0123' } },
    ['yes', '0.012300000', true],
  ],
  ['it does not say', { status: 'canceled' }, ['unknown', null, false]],
])(
  'what is stopped after its output was settled cost what its provider says: %s',
  async (_what, said, row) => {
    answers.cancel = (call) => {
      call.answer(200);
    };
    answers.poll = (call) => {
      call.answer(200, { id: call.about, ...said });
    };
    await settle((await accepted('one')).plan);
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
    const { rows } = await fixture.owner.query<{
      billed: string;
      cost: string | null;
      is_cost_final: boolean;
    }>('SELECT billed, cost, is_cost_final FROM jobs.attempts');
    expect(rows.map(({ billed, cost, is_cost_final: isFinal }) => [billed, cost, isFinal])).toEqual([row]);
  },
);

describe('what a provider still works on after its output was settled is stopped', () => {
  test.each([
    ['the reconciler', settle],
    ['support’s release of a job whose workflow is gone', release],
  ])('by %s', async (_who, end) => {
    answers.cancel = (call) => {
      call.answer(200);
    };
    const { plan } = await accepted('one');
    expect(await run()).toEqual({ stopped: 0, stillToStop: 0 });
    await end(plan);
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
    expect(cancelsOf()).toEqual(['p-one']);
    expect(await run()).toEqual({ stopped: 0, stillToStop: 0 });
  });

  test('once the provider is back, however long that takes, and one that is away does not hold up others', async () => {
    const { plan } = await accepted('away');
    answers.cancel = (call) => {
      call.answer(call.about === 'p-away' ? 503 : 200);
    };
    answers.poll = (call) => {
      call.answer(503);
    };
    await settle(plan);
    await settle((await accepted('there')).plan);
    expect(await run()).toEqual({ stopped: 1, stillToStop: 1 });
    answers.cancel = (call) => {
      call.answer(409);
    };
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
  });

  test('a submission whose answer is lost is looked up until it can no longer arrive', async () => {
    const { plan, attempt } = await begun('posting');
    let found: object[] = [];
    answers.lookup = (call) => {
      call.answer(200, { data: found });
    };
    answers.cancel = (call) => {
      call.answer(200);
    };
    await settle(plan);
    expect(await run()).toEqual({ stopped: 0, stillToStop: 1 });
    found = [{ id: 'p-late', reference: attempt.reference, status: 'processing' }];
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
    expect(cancelsOf()).toEqual(['p-late']);

    found = [];
    await settle((await begun('never')).plan);
    expect(await run()).toEqual({ stopped: 0, stillToStop: 1 });
    await waitFor('21 minutes');
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
  });

  test('an attempt that counted as not run is looked up once more, though its output goes on', async () => {
    const { plan, attempt } = await begun('denied');
    const { accountId, reference } = attempt;
    await fixture.attempts.move(accountId, reference, { from: ['posting'], to: 'unknown' });
    await fixture.attempts.move(accountId, reference, { from: ['unknown'], to: 'rejected' });
    answers.lookup = (call) => {
      call.answer(200, { data: [{ id: 'p-all-the-same', reference, status: 'processing' }] });
    };
    answers.cancel = (call) => {
      call.answer(200);
    };
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
    expect(cancelsOf()).toEqual(['p-all-the-same']);
    await settle(plan);
  });

  test('an attempt at a provider without an adapter in this worker is given up after a day too', async () => {
    await settle((await accepted('no adapter')).plan);
    await fixture.owner.query(
      `UPDATE jobs.attempts SET provider = 'gone' WHERE provider_job_id = 'p-no adapter'`,
    );
    expect(await run()).toEqual({ stopped: 0, stillToStop: 1 });
    await waitFor('1 day');
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
  });

  test('and is given up after a day, with an error for the operators', async () => {
    answers.cancel = (call) => {
      call.answer(503);
    };
    answers.poll = (call) => {
      call.answer(200, { id: call.about, status: 'processing' });
    };
    await settle((await accepted('stubborn')).plan);
    expect(await run()).toEqual({ stopped: 0, stillToStop: 1 });
    await waitFor('1 day');
    expect(await run()).toEqual({ stopped: 1, stillToStop: 0 });
    expect(logged.at(-1)).toMatch(/may run on at its provider/);
  });
});

test('an attempt that has ended at its provider is not asked about', async () => {
  const { plan, attempt } = await accepted('failed');
  const account = { billed: 'no', cost: null, isFinal: true } as const;
  await fixture.attempts.fail(attempt.accountId, attempt.reference, 'provider_failed', account);
  await settle(plan);
  expect(await run()).toEqual({ stopped: 0, stillToStop: 0 });
});

test('a stopped run’s billed time is recorded at the catalogue’s price', async () => {
  await settle((await accepted('timed')).plan);
  const provider: Provider = {
    ...fixture.provider(service.url),
    cancel: () => Promise.resolve('stopped'),
    poll: () =>
      Promise.resolve({ state: 'canceled', billed: 'yes', cost: null, seconds: '2.5', retryAfterMs: 0 }),
  };
  const models = SUPERSCALE.models.map((model) => ({ ...model, cost: { per_second: '0.0010' } }));
  expect(await run(provider, models)).toEqual({ stopped: 1, stillToStop: 0 });
  const { rows } = await fixture.owner.query('SELECT billed, cost, is_cost_final FROM jobs.attempts');
  expect(rows).toEqual([{ billed: 'yes', cost: '0.002500000', is_cost_final: true }]);
});

test('a run begins no further claim after its time, however much is due: the next run’s reservations wait for it', async () => {
  let claims = 0;
  const attempt = {
    accountId: 'acct_1',
    reference: 'att_1',
    provider: 'gone',
    model: 'gone/far',
    providerJobId: null,
    waitingSeconds: 1,
  };
  const full = {
    claim: async (limit: number) => {
      claims += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return Array.from({ length: limit }, () => attempt);
    },
    recordBill: () => Promise.resolve(),
    forget: () => Promise.resolve(),
  };
  const stop = createStopQueuedAttempts(full, createProviderRegistry([]), [], 30);
  const quiet = new DefaultLogger('ERROR', () => undefined);
  await new MockActivityEnvironment({}, { logger: quiet }).run(stop);
  expect(claims).toBeLessThan(5);
});
