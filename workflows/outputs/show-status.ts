import { setCurrentDetails } from '@temporalio/workflow';
import type { Settled } from '../../activities/settlement/settle.ts';
import { currentDetailsOf, type OutputStatus } from '../../domain/support/current-details.ts';
import { handleQuery } from '../messages/handle-message.ts';
import { statusQuery } from '../../contract/workflow-messages.ts';
import type { OutputRun } from './output-run.ts';
import { counted } from '../../domain/texts/counted.ts';

/** Registers the handler of the status query, and shows the status a first time. */
export function handleStatusQuery(run: OutputRun): void {
  handleQuery(
    statusQuery,
    { description: 'The status: reservation, attempts under way, deadline, next automatic action.' },
    () => statusOf(run),
  );
  showStatus(run);
}

/** Shows the status to support, as Temporal UI's current details. Costs no event. */
export function showStatus(run: OutputRun): void {
  setCurrentDetails(currentDetailsOf(statusOf(run)));
}

/** Shows how the output ended. */
export function showEnding(settled: Settled): void {
  const ending =
    settled.outcome === 'committed'
      ? `delivered, ${counted(settled.credits, 'credit')} charged`
      : `not delivered (${settled.failure?.code ?? 'internal'}), the credits are back`;
  setCurrentDetails(`Ended: ${ending}.`);
}

function statusOf(run: OutputRun): OutputStatus {
  const { plan, control, providerJobs } = run;
  const live = [...[...control.followed.values()].map(({ attempt }) => attempt), ...control.unknown.values()];
  return {
    state: stateOf(run),
    reservationId: plan.reservationId,
    credits: plan.credits,
    attempts: live.map((attempt) => ({
      reference: attempt.reference,
      stage: attempt.stage,
      number: attempt.number,
      provider: attempt.provider,
      providerJobId: providerJobs[attempt.reference] ?? null,
      isUnknown: control.unknown.has(attempt.reference),
    })),
    waiting: [...control.waiting].map(([reference, waitsFor]) => ({ reference, waitsFor })),
    returnBy: new Date(control.returnAtMs).toISOString(),
  };
}

function stateOf({ interruption, isOver, control, isStuck }: OutputRun): OutputStatus['state'] {
  if (isOver) return 'settling';
  if (interruption !== undefined) return 'stopping';
  if (control.unknown.size > 0) return 'unknown';
  return isStuck ? 'stuck' : 'running';
}
