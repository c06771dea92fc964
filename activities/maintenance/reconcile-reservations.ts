import { heartbeat, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Model } from '../../domain/work/models.ts';
import { failureOf } from '../../domain/work/failures.ts';
import {
  isNotFoundPlausible,
  isOverdue,
  verdictOf,
  type Doubt,
  type WorkflowStatus,
} from '../../domain/support/reconcile-rules.ts';
import { recordReconciler } from '../../ledger/check-runs.ts';
import type { Database } from '../../ledger/database.ts';
import { pruneAttention } from '../../jobs/support/prune-attention.ts';
import { recordRepairs } from '../../jobs/support/repairs.ts';
import { readOpenReservations, type OpenReservation } from '../../ledger/reads/read-open-reservations.ts';
import { CANARY_WORKFLOW_ID } from '../../domain/work/workflow-names.ts';
import { createAttemptsToStop } from '../../jobs/attempts/attempts-to-stop.ts';
import type { JobActivities } from '../job-activities.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { createRefuseUnservedStarts } from './refuse-unserved-starts.ts';
import { createStopQueuedAttempts } from '../attempts/stop-queued-attempts.ts';
import { settledKeyOf } from '../settlement/settle.ts';
import { describeReservations, type DescribedPage } from './describe-reservations.ts';
import { endPermanentErrors } from '../end-permanent-errors.ts';
import { describeWorkflow } from './describe-workflow.ts';

export type ReconcileReport = {
  readonly looked: number;
  readonly released: number;
  /** Reservations left open although no workflow is known: each is on the repair queue with the reason. */
  readonly heldBack: number;
  /** Why "not found" stopped counting from some page on; null: it did not. */
  readonly doubt: Doubt | null;
};

type ReconcileDependencies = {
  readonly database: Database;
  readonly client: Client;
  readonly jobActivities: Pick<JobActivities, 'settle' | 'settleOverdue'>;
  readonly providers: ProviderRegistry;
  /** The catalogue's, for the costs of stopped runs. */
  readonly models: readonly Model[];
  readonly graceSeconds: number;
};

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;

/** Reservations of a page: one query to PostgreSQL, and as many Describe calls as it has workflows. */
const PAGE_SIZE = 100;

/** The longest reason in the queue: a line, not a dump. */
const MAX_WHY = 500;

/**
 * Settles the open reservations that no workflow works on, which terminate, delete, reset and loss of history leave
 * behind. It uses the workflow's own settlement, so that the two, or two reconcilers, never both pay. What it cannot
 * settle goes to the repair queue and is tried again.
 */
export function createReconcileActivities(dependencies: ReconcileDependencies) {
  return endPermanentErrors({
    reconcileReservations: async (): Promise<ReconcileReport> => {
      const released = await releaseOverdue(dependencies);
      const abandoned = await settleAbandoned(dependencies);
      const report = {
        ...abandoned,
        looked: abandoned.looked + released,
        released: abandoned.released + released,
      };
      await recordRun(dependencies.database, report);
      return report;
    },
    stopQueuedAttempts: createStopQueuedAttempts(
      createAttemptsToStop(dependencies.database),
      dependencies.providers,
      dependencies.models,
    ),
    refuseUnservedStarts: createRefuseUnservedStarts(dependencies.client),
  });
}

/**
 * Records the run for operators, and takes what it settled off the repair queue. Never throws: its settlements stand.
 */
async function recordRun(database: Database, { heldBack, ...rest }: ReconcileReport): Promise<void> {
  try {
    await recordReconciler(database, { ...rest, held_back: heldBack });
    await pruneAttention(database);
  } catch (error) {
    log.warn('a run of the reconciler was not recorded; its settlements stand', { error });
  }
}

/** Overdue credits return first, without asking Temporal. */
async function releaseOverdue(dependencies: ReconcileDependencies): Promise<number> {
  let released = 0;
  for await (const page of openReservations(dependencies)) {
    const overdue = page.filter((reservation) => isOverdue(reservation.overdueSeconds));
    released += await releaseAll(dependencies, overdue, 'release_overdue');
  }
  return released;
}

async function settleAbandoned(dependencies: ReconcileDependencies): Promise<ReconcileReport> {
  const { client } = dependencies;
  let report: ReconcileReport = { looked: 0, released: 0, heldBack: 0, doubt: null };
  for await (const page of openReservations(dependencies)) {
    const { reservations, jobs } = await describeReservations(
      client,
      page.filter((reservation) => !isOverdue(reservation.overdueSeconds)),
    );
    const looked = report.looked + page.length;
    if (await isTemporalAway(client, jobs)) return { ...report, looked };
    const doubt = report.doubt ?? (await doubtOf(client, jobs));
    const { released, heldBack } = await settlePage(dependencies, reservations, doubt);
    report = { looked, released: report.released + released, heldBack: report.heldBack + heldBack, doubt };
    if (heldBack > 0) log.error('the reconciler holds reservations back: see the repair queue', report);
    heartbeat(report);
  }
  return report;
}

/** Settles the reservations of a page that no workflow works on, and updates the repair queue. */
async function settlePage(
  dependencies: ReconcileDependencies,
  described: DescribedPage['reservations'],
  doubt: Doubt | null,
): Promise<Pick<ReconcileReport, 'released' | 'heldBack'>> {
  const judged = described.map(({ reservation, workflow }) => ({
    reservation,
    ...verdictOf(workflow, dependencies.graceSeconds, doubt),
  }));
  const abandoned = judged.flatMap(({ reservation, verdict }) => (verdict === 'settle' ? [reservation] : []));
  const heldBack = judged.flatMap((one) => (one.verdict === 'hold_back' ? [one] : []));
  // Its Describe may have failed in an earlier run: its workflow runs, and support has nothing to look at.
  const running = described.flatMap(({ reservation, workflow }) =>
    workflow.status === 'running' ? [{ reservation, why: null }] : [],
  );
  const released = await releaseAll(dependencies, abandoned, 'release_terminated');
  await queueForRepair(dependencies.database, [...heldBack, ...running]);
  return { released, heldBack: heldBack.length };
}

/**
 * Whether no workflow of a page can be described, nor our own canary: the next run asks again. The page alone proves
 * nothing, since one batch can fill it, and would stop every later page.
 */
async function isTemporalAway(client: Client, jobs: readonly WorkflowStatus[]): Promise<boolean> {
  if (jobs.length === 0 || jobs.some(({ status }) => status !== 'unreadable')) return false;
  return (await describeWorkflow(client, CANARY_WORKFLOW_ID)).status === 'unreadable';
}

/** Reads every open reservation past its grace, in pages. */
async function* openReservations({
  database,
  graceSeconds,
}: ReconcileDependencies): AsyncGenerator<readonly OpenReservation[]> {
  let after: OpenReservation | null = null;
  do {
    const page: readonly OpenReservation[] = await readOpenReservations(database, {
      after,
      limit: PAGE_SIZE,
      minAgeSeconds: graceSeconds,
    });
    heartbeat();
    if (page.length > 0) yield page;
    after = page.at(-1) ?? null;
  } while (after !== null);
}

/** "Not found" counts only while our own canary is found, and only for a few workflows. */
async function doubtOf(client: Client, jobs: readonly WorkflowStatus[]): Promise<Doubt | null> {
  const notFound = jobs.filter(({ status }) => status === 'not_found').length;
  if (notFound === 0) return null;
  if ((await describeWorkflow(client, CANARY_WORKFLOW_ID)).status !== 'running') return 'canary_not_found';
  return isNotFoundPlausible(notFound, jobs.length) ? null : 'too_many_not_found';
}

/** Releases them all. A failure keeps only its own credits reserved. What still runs is stopped afterwards. */
async function releaseAll(
  { jobActivities, database }: ReconcileDependencies,
  reservations: readonly OpenReservation[],
  why: 'release_terminated' | 'release_overdue',
): Promise<number> {
  let ended = 0;
  const failed: { readonly reservation: OpenReservation; readonly why: string }[] = [];
  for (const reservation of reservations) {
    try {
      if (await releaseReservation(jobActivities, reservation, why)) ended++;
    } catch (error) {
      log.error(
        'a reservation could not be settled; it is in the repair queue, and the next run tries again',
        {
          reservationId: reservation.reservationId,
          error,
        },
      );
      failed.push({ reservation, why: error instanceof Error ? error.message : String(error) });
    }
    heartbeat();
  }
  await queueForRepair(database, failed);
  return ended;
}

/** Puts it on the repair queue. Never throws: the queue is a report. */
async function queueForRepair(
  database: Database,
  found: readonly { readonly reservation: OpenReservation; readonly why: string | null }[],
): Promise<void> {
  const findings = found.map(({ reservation, why }) => ({
    accountId: reservation.accountId,
    reservationId: reservation.reservationId,
    why: why?.slice(0, MAX_WHY) ?? null,
  }));
  await recordRepairs(database, findings).catch((error: unknown) => {
    log.error('the repair queue could not be written; the next run finds these again', { findings, error });
  });
}

/** False: it is no longer overdue, since support has extended it. */
async function releaseReservation(
  jobActivities: ReconcileDependencies['jobActivities'],
  reservation: OpenReservation,
  why: 'release_terminated' | 'release_overdue',
): Promise<boolean> {
  const key = settledKeyOf(reservation);
  const settled =
    why === 'release_terminated'
      ? await jobActivities.settle(key, { charge: false, failure: failureOf('terminated') })
      : await jobActivities.settleOverdue(key, failureOf('run_deadline', 'us'));
  log.warn('the reconciler settled a reservation whose workflow did not', {
    reservationId: key.reservationId,
    jobId: key.jobId,
    why,
    outcome: settled.outcome,
  });
  return settled.outcome !== 'not_overdue';
}
