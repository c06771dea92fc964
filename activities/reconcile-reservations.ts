import { heartbeat, log } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { failureOf } from '../domain/failures.ts';
import {
  isAbandoned,
  isNotFoundPlausible,
  isOverdue,
  OVERDUE_AFTER_SECONDS,
  type WorkflowSight,
} from '../domain/reconcile-rules.ts';
import type { Database } from '../ledger/database.ts';
import { recordRepairs } from '../jobs/repairs.ts';
import { readOpenReservations, type OpenReservation } from '../ledger/read-open-reservations.ts';
import { CANARY_WORKFLOW_ID } from '../domain/workflow-names.ts';
import type { JobActivities } from './job-activities.ts';
import { jobIdOfReservation, seeReservations } from './see-reservations.ts';
import { seeWorkflow } from './see-workflow.ts';

type Doubt = 'canary_not_found' | 'too_many_not_found' | null;

export type ReconcileReport = {
  readonly looked: number;
  readonly released: number;
  /** Why Temporal was not believed from some page on; null when it was. */
  readonly doubt: Doubt;
};

export type ReconcileDependencies = {
  readonly database: Database;
  readonly client: Client;
  readonly jobActivities: Pick<JobActivities, 'settle' | 'settleOverdue' | 'stopAttempts'>;
  readonly graceSeconds: number;
};

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;

/** A page is one question to PostgreSQL and as many to Temporal. */
const PAGE_SIZE = 100;

/** Of why, in the queue: a line, not a dump. */
const MAX_WHY = 500;

/**
 * Settles the open reservations nobody is working on: what terminate, delete, reset and history loss leave behind, for
 * those run no workflow code. Ends them through the very function the workflow uses, so the two can never both pay, and two
 * reconcilers at once neither. What it cannot end lands in the repair queue, for support to see, and is tried again.
 */
export function createReconcileActivities(dependencies: ReconcileDependencies) {
  return {
    reconcileReservations: async (): Promise<ReconcileReport> => {
      const { database, graceSeconds } = dependencies;
      const report = { looked: 0, released: 0, doubt: null as Doubt };
      let after: OpenReservation | null = null;
      for (;;) {
        const page: readonly OpenReservation[] = await readOpenReservations(database, {
          after,
          limit: PAGE_SIZE,
          minAgeSeconds: graceSeconds,
        });
        if (page.length === 0) return report;
        heartbeat(report);
        // What is overdue returns whatever Temporal says, so Temporal is not asked.
        const overdue = page.filter((reservation) => isOverdue(reservation.overdueSeconds));
        report.released += await releaseAll(dependencies, overdue, 'release_overdue');
        if (report.doubt === null) {
          const waiting = page.filter((reservation) => !isOverdue(reservation.overdueSeconds));
          const sights = await seeReservations(dependencies.client, waiting);
          const abandoned = waiting.filter((_, index) =>
            isAbandoned(sights.reservations[index], graceSeconds),
          );
          report.doubt = await doubtOf(dependencies.client, sights.jobs);
          if (report.doubt === null) {
            report.released += await releaseAll(dependencies, abandoned, 'release_terminated');
          } else {
            log.error('the reconciler does not believe Temporal: it ends only what is overdue', {
              ...report,
            });
            const why = report.doubt;
            await queueForRepair(
              database,
              abandoned.map((reservation) => ({ reservation, why })),
            );
          }
        }
        report.looked += page.length;
        after = page.at(-1) ?? null;
        heartbeat(report);
      }
    },
  };
}

/** "Not found" counts only while our own canary is found, and only for a few. */
async function doubtOf(client: Client, sights: readonly WorkflowSight[]): Promise<Doubt> {
  const notFound = sights.filter((sight) => sight.seen === 'not_found').length;
  if (notFound === 0) return null;
  if ((await seeWorkflow(client, CANARY_WORKFLOW_ID)).seen !== 'running') return 'canary_not_found';
  return isNotFoundPlausible(notFound, sights.length) ? null : 'too_many_not_found';
}

/**
 * Returns the credits of all of them first; only then are providers asked to stop, side by side: neither one that cannot
 * be ended now nor a frozen service keeps anybody else's credits.
 */
async function releaseAll(
  { jobActivities, database }: ReconcileDependencies,
  reservations: readonly OpenReservation[],
  why: 'release_terminated' | 'release_overdue',
): Promise<number> {
  const ended: OpenReservation[] = [];
  const failed: { readonly reservation: OpenReservation; readonly why: string }[] = [];
  for (const reservation of reservations) {
    try {
      if (await releaseReservation(jobActivities, reservation, why)) ended.push(reservation);
    } catch (error) {
      log.error('the reconciler could not end a reservation', {
        reservationId: reservation.reservationId,
        error,
      });
      failed.push({ reservation, why: error instanceof Error ? error.message : String(error) });
    }
    heartbeat();
  }
  await queueForRepair(database, failed);
  await Promise.all(ended.map((reservation) => stopWhatRuns(jobActivities, reservation)));
  return ended.length;
}

/** Says where support looks. Never throws: the queue is a list of what is wrong, and no reason to end nothing else. */
async function queueForRepair(
  database: Database,
  found: readonly { readonly reservation: OpenReservation; readonly why: string }[],
): Promise<void> {
  const findings = found.map(({ reservation, why }) => ({
    accountId: reservation.accountId,
    reservationId: reservation.reservationId,
    why: why.slice(0, MAX_WHY),
  }));
  await recordRepairs(database, findings).catch((error: unknown) => {
    log.error('the repair queue could not be written', { findings, error });
  });
}

/** False when it is not overdue any more: support has extended it since the page was read. */
async function releaseReservation(
  jobActivities: ReconcileDependencies['jobActivities'],
  reservation: OpenReservation,
  why: 'release_terminated' | 'release_overdue',
): Promise<boolean> {
  const { accountId, reservationId, credits } = reservation;
  const { jobId, outputId } = namesOf(reservation);
  const key = { accountId, jobId, outputId, reservationId, credits };
  const settled =
    why === 'release_terminated'
      ? await jobActivities.settle(key, { charge: false, failure: failureOf('terminated') })
      : await jobActivities.settleOverdue(key, failureOf('run_deadline', 'us'), OVERDUE_AFTER_SECONDS);
  log.warn('reconciler ended a reservation', { reservationId, jobId, why, outcome: settled.outcome });
  return settled.outcome !== 'not_overdue';
}

/** The credits are back. What may still run at the provider is ours to pay, so it is stopped where it can be. */
async function stopWhatRuns(
  jobActivities: ReconcileDependencies['jobActivities'],
  reservation: OpenReservation,
): Promise<void> {
  const { jobId, outputId } = namesOf(reservation);
  await jobActivities.stopAttempts(reservation.accountId, outputId).catch((error: unknown) => {
    log.warn('could not stop what a reconciled job runs', { jobId, error });
  });
}

function namesOf(reservation: OpenReservation): { readonly jobId: string; readonly outputId: string } {
  return {
    jobId: jobIdOfReservation(reservation),
    outputId: reservation.outputId ?? reservation.reservationId,
  };
}
