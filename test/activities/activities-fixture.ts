import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect } from 'vitest';
import type { LinkPauses } from '../../activities/attempts/synchronous-runs.ts';
import { createJobActivities, type JobActivities } from '../../activities/job-activities.ts';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import type { Provider } from '../../activities/providers/provider.ts';
import { createModelInput, NO_INPUTS } from '../../activities/attempts/model-input.ts';
import { createSubmitAttempt, type SubmittedAttempt } from '../../activities/attempts/submit-attempt.ts';
import { createTurnWatches } from '../../activities/attempts/turn-watches.ts';
import { findThisProcess } from '../../activities/attempts/this-process.ts';
import { createProviderRegistry } from '../../activities/providers/provider-registry.ts';
import { fingerprintJson, jobIdOf } from '../../contract/derived-ids.ts';
import type { Model } from '../../domain/work/models.ts';
import type { LimitsOfProviders } from '../../domain/work/provider-limits.ts';
import { attemptOf, type Attempt } from '../../domain/work/attempt.ts';
import type { OutputPlan } from '../../domain/work/output-plan.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { createAttempts, type Attempts } from '../../jobs/attempts/attempts.ts';
import { createJobProgress } from '../../jobs/attempts/job-progress.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import type { GenerationStart } from '../../contract/workflow-messages.ts';
import { SUPERSCALE, SUPERSCALE_GRANTS, SUPERSCALE_RULES } from '../harness/superscale.ts';

export type ActivitiesFixture = {
  readonly database: TestDatabase;
  readonly owner: pg.Pool;
  readonly worker: pg.Pool;
  readonly accountId: string;
  readonly attempts: Attempts;
  /** The activities as a worker composes them, with the local provider at the test's address. */
  readonly activitiesAt: (
    serviceUrl: string,
    models?: readonly Model[],
    limits?: LimitsOfProviders,
  ) => JobActivities;
  /** The same with another adapter. One that is not named `local` runs attempts that name it. */
  readonly activitiesWith: (
    provider: Provider,
    providerWebhookUrl?: string | null,
    linkPauses?: LinkPauses,
  ) => JobActivities;
  readonly provider: (serviceUrl: string) => Provider;
  /** The first step of running an attempt, by itself. */
  readonly submitAt: (
    serviceUrl: string,
    changed?: Partial<Attempts>,
  ) => (attempt: Attempt) => Promise<SubmittedAttempt>;
  readonly startOf: (key: string) => GenerationStart;
  /** A job of one static ad at 35 credits, admitted: what its workflow goes on with. */
  readonly admit: (key: string) => Promise<{ readonly plan: OutputPlan; readonly attempt: Attempt }>;
  /** Of an account; of the fixture's own unless told otherwise. */
  readonly balance: (ofAccountId?: string) => Promise<Record<'available' | 'reserved' | 'spent', number>>;
  readonly close: () => Promise<void>;
};

const REQUEST = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;

/** Real PostgreSQL and real HTTP; no Temporal: an activity runs in the SDK's activity environment. */
export async function createActivitiesFixture(): Promise<ActivitiesFixture> {
  const { home, remove } = await makeTemporaryHome('activities');
  const database = await createTestDatabase();
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  const worker = new pg.Pool({ connectionString: database.workerUrl, max: 8 });
  for (const pool of [owner, worker]) pool.on('error', () => undefined);
  // All test files share one Temporal, where a job's id is its workflow's.
  const { accountId } = await openAccount(worker, SUPERSCALE_GRANTS, {
    name: 'Test',
    reference: randomUUID(),
  });
  const settings = {
    heartbeatTimeoutSeconds: 5,
    rules: SUPERSCALE_RULES,
  };
  const provider = (serviceUrl: string) => createGenericProvider({ name: 'local', baseUrl: serviceUrl });
  const attempts = createAttempts(worker, findThisProcess().id);
  const compose = (
    adapter: Provider,
    models: readonly Model[],
    providerWebhookUrl: string | null,
    { limits = {}, linkPauses }: { limits?: LimitsOfProviders; linkPauses?: LinkPauses | undefined } = {},
  ) =>
    createJobActivities({
      ...settings,
      limits,
      ...(linkPauses === undefined ? {} : { linkPauses }),
      rules: { ...settings.rules, catalogue: { ...SUPERSCALE, models } },
      database: worker,
      providers: createProviderRegistry([adapter]),
      assets: createDiskAssetStore(home),
      providerWebhookUrl,
    });
  const activitiesAt = (serviceUrl: string, models = SUPERSCALE.models, limits: LimitsOfProviders = {}) =>
    compose(provider(serviceUrl), models, null, { limits });
  const activitiesWith = (
    adapter: Provider,
    providerWebhookUrl: string | null = null,
    linkPauses?: LinkPauses,
  ) => compose(adapter, SUPERSCALE.models, providerWebhookUrl, { linkPauses });
  const startOf = (key: string): GenerationStart => ({
    accountId,
    jobId: jobIdOf(accountId, key),
    request: REQUEST,
    fingerprint: fingerprintJson(REQUEST),
    admitBy: new Date(Date.now() + 60_000).toISOString(),
    outputCount: 1,
  });
  return {
    database,
    owner,
    worker,
    accountId,
    attempts,
    activitiesAt,
    activitiesWith,
    provider,
    submitAt: (serviceUrl, changed = {}) =>
      createSubmitAttempt({
        attempts: { ...attempts, ...changed },
        turnWatches: createTurnWatches(attempts.queue),
        progress: createJobProgress(worker),
        providers: createProviderRegistry([provider(serviceUrl)]),
        uploadInputs: () => Promise.resolve(NO_INPUTS),
        modelInput: createModelInput([]),
        webhookBaseUrl: null,
      }),
    startOf,
    async admit(key) {
      // A service that fails in another test opens no breaker here.
      await owner.query('DELETE FROM jobs.breakers');
      const { plan } = await activitiesAt('http://nowhere.test').admit(startOf(key));
      if (plan === null) throw new Error(`job ${key} was not admitted`);
      return { plan, attempt: attemptOf(plan, 1) };
    },
    async balance(ofAccountId = accountId) {
      const { rows } = await owner.query<Record<'available' | 'reserved' | 'spent', string>>(
        'SELECT available, reserved, spent FROM ledger.accounts WHERE account_id = $1',
        [ofAccountId],
      );
      const [row] = rows;
      return {
        available: Number(row?.available),
        reserved: Number(row?.reserved),
        spent: Number(row?.spent),
      };
    },
    async close() {
      const { rows } = await owner.query(
        `SELECT * FROM ledger.reconcile(1e9) UNION ALL SELECT * FROM jobs.reconcile()`,
      );
      await Promise.all([owner.end(), worker.end()]);
      await database.close();
      await remove();
      expect(rows).toEqual([]);
    },
  };
}
