import { setCurrentDetails } from '@temporalio/workflow';
import type { Settled } from '../../activities/settlement/settle.ts';
import { currentDetailsOf, type OutputStanding } from '../../domain/current-details.ts';
import { handleQuery } from '../messages/handle-message.ts';
import { standingQuery } from '../../contract/workflow-messages.ts';
import type { Production } from './output-run.ts';

/** Answers, from now on, how a production stands. */
export function answerStanding(production: Production): void {
  handleQuery(
    standingQuery,
    { description: 'How it stands: reservation, attempts under way, deadline, next automatic action.' },
    () => standingOf(production),
  );
  showStanding(production);
}

/** Shows support how a production stands, as Temporal UI's current details. Costs no event. */
export function showStanding(production: Production): void {
  setCurrentDetails(currentDetailsOf(standingOf(production)));
}

/** Shows how it ended. */
export function showEnding(settled: Settled): void {
  const ending =
    settled.outcome === 'committed'
      ? `delivered, ${String(settled.credits)} credits charged`
      : `not delivered (${settled.failure?.code ?? 'internal'}), the credits are back`;
  setCurrentDetails(`Ended: ${ending}.`);
}

function standingOf(production: Production): OutputStanding {
  const { plan, control, providerJobs } = production;
  const live = [...[...control.followed.values()].map(({ attempt }) => attempt), ...control.unknown.values()];
  return {
    state: stateOf(production),
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
    returnBy: new Date(control.returnAtMs).toISOString(),
  };
}

function stateOf({ interruption, isOver, control, isStuck }: Production): OutputStanding['state'] {
  if (isOver) return 'settling';
  if (interruption !== undefined) return 'stopping';
  if (control.unknown.size > 0) return 'unknown';
  return isStuck ? 'stuck' : 'running';
}
