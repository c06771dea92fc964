import { heartbeat } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { outputWorkflowIdOf, workflowIdOf } from '../domain/ids.ts';
import type { WorkflowSight } from '../domain/reconcile-rules.ts';
import type { OpenReservation } from '../ledger/read-open-reservations.ts';
import { seeWorkflow } from './see-workflow.ts';

/** What Temporal says of the workflows behind a page of reservations. */
export type PageSights = {
  /** Who answers for each reservation, in the page's order. */
  readonly reservations: readonly (WorkflowSight | undefined)[];
  /** The workflows of their jobs, each once: a batch that is gone is one workflow gone, however many its outputs. */
  readonly jobs: readonly WorkflowSight[];
};

/** Describe calls under way at once: quick for one page, and no burst a namespace's rate limit would notice. */
const DESCRIBES_AT_ONCE = 10;

/**
 * Looks for whoever works on each reservation: the job's workflow; where that has ended, the output's own. A reservation
 * whose own workflow has not begun belongs to the job's (design.md, "A job with several outputs").
 */
export async function seeReservations(client: Client, page: readonly OpenReservation[]): Promise<PageSights> {
  const jobIds = [...new Set(page.map(jobIdOfReservation))];
  const jobs = await seeEach(client, jobIds.map(workflowIdOf));
  const sightOfJob = new Map(jobIds.map((jobId, index) => [jobId, jobs[index]]));
  const reservations = page.map((reservation) => sightOfJob.get(jobIdOfReservation(reservation)));

  const left = page.flatMap(({ outputId }, index) =>
    outputId === null || reservations[index]?.seen === 'running' ? [] : [{ outputId, index }],
  );
  const own = await seeEach(
    client,
    left.map(({ outputId }) => outputWorkflowIdOf(outputId)),
  );
  left.forEach(({ index }, position) => {
    const sight = own[position];
    if (sight?.seen !== 'not_found') reservations[index] = sight;
  });
  return { reservations, jobs };
}

export function jobIdOfReservation(reservation: OpenReservation): string {
  return reservation.jobId ?? reservation.reservationId;
}

async function seeEach(client: Client, workflowIds: readonly string[]): Promise<readonly WorkflowSight[]> {
  const sights: WorkflowSight[] = [];
  for (let start = 0; start < workflowIds.length; start += DESCRIBES_AT_ONCE) {
    const slice = workflowIds.slice(start, start + DESCRIBES_AT_ONCE);
    sights.push(...(await Promise.all(slice.map((workflowId) => seeWorkflow(client, workflowId)))));
    heartbeat();
  }
  return sights;
}
