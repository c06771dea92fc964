import { heartbeat } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { outputWorkflowIdOf, workflowIdOf } from '../../domain/ids.ts';
import type { WorkflowStatus } from '../../domain/support/reconcile-rules.ts';
import type { OpenReservation } from '../../ledger/reads/read-open-reservations.ts';
import { settledKeyOf } from '../settlement/settle.ts';
import { describeWorkflow } from './describe-workflow.ts';

/** The states of the workflows behind a page of reservations, as Temporal says. */
export type DescribedPage = {
  /** Each reservation with the workflow responsible for it, in the page's order. */
  readonly reservations: readonly {
    readonly reservation: OpenReservation;
    readonly workflow: WorkflowStatus;
  }[];
  /** The jobs' workflows, each once: a batch that is gone counts as one workflow. */
  readonly jobs: readonly WorkflowStatus[];
};

/** Describe calls at once: fast for one page, and within a namespace's rate limit. */
const DESCRIBES_AT_ONCE = 10;

/**
 * Finds the workflow responsible for each reservation: the job's; after that has ended, the output's own. A reservation
 * whose own workflow has not begun belongs to the job's.
 */
export async function describeReservations(
  client: Client,
  page: readonly OpenReservation[],
): Promise<DescribedPage> {
  const jobs = await describeEach(client, page.map(jobWorkflowIdOf));
  const ofJob = (reservation: OpenReservation) => jobs.get(jobWorkflowIdOf(reservation));
  const own = await describeEach(
    client,
    page.flatMap((reservation) =>
      reservation.outputId === null || ofJob(reservation)?.status === 'running'
        ? []
        : [outputWorkflowIdOf(reservation.outputId)],
    ),
  );
  const responsible = (reservation: OpenReservation): WorkflowStatus => {
    const itself = own.get(outputWorkflowIdOf(reservation.outputId ?? ''));
    const hasBegun = itself !== undefined && itself.status !== 'not_found';
    return (hasBegun ? itself : ofJob(reservation)) ?? { status: 'unreadable', why: 'it was not asked for' };
  };
  return {
    reservations: page.map((reservation) => ({ reservation, workflow: responsible(reservation) })),
    jobs: [...jobs.values()],
  };
}

function jobWorkflowIdOf(reservation: OpenReservation): string {
  return workflowIdOf(settledKeyOf(reservation).jobId);
}

async function describeEach(
  client: Client,
  workflowIds: readonly string[],
): Promise<ReadonlyMap<string, WorkflowStatus>> {
  const found = new Map<string, WorkflowStatus>();
  const describe = async (ids: readonly string[]) => {
    for (let start = 0; start < ids.length; start += DESCRIBES_AT_ONCE) {
      const slice = ids.slice(start, start + DESCRIBES_AT_ONCE);
      await Promise.all(slice.map(async (id) => found.set(id, await describeWorkflow(client, id))));
      heartbeat();
    }
  };
  await describe([...new Set(workflowIds)]);
  // A second try for a call that failed, unless every call failed.
  const unreadable = [...found].flatMap(([id, { status }]) => (status === 'unreadable' ? [id] : []));
  if (unreadable.length < found.size) await describe(unreadable);
  return found;
}
