import type { InspectedOutput, Inspection } from '../../contract/shapes/support-shapes.ts';
import { formatRecords } from './terminal.ts';
import { fields, second, secondOrDash, shown } from './show.ts';
import { counted } from '../../domain/texts/counted.ts';

/** A job in full, for a terminal. */
export function describeInspection(inspection: Inspection): string {
  const { account_id, job, model, workflow, answers, provider_cost, outputs, actions } = inspection;
  const head = fields([
    ['Job', job.id],
    ['Account', account_id],
    ['Kind', `${job.kind} by ${model}`],
    [
      'State',
      job.failure === null ? job.state : `${job.state}: ${job.failure.code} (${job.failure.at_fault})`,
    ],
    ['Charged?', answers.charged],
    ['An output?', answers.output],
    ['Tried', answers.tried],
    ['Cost', provider_cost === null ? null : `$${provider_cost}`],
    ['Created', second(job.created_at)],
    ['Expected by', second(job.expected_by)],
    ['Finished', secondOrDash(job.finished_at)],
    ['Workflow', `${workflow.id} (${workflow.state})`],
    ['Temporal UI', job.links.temporal ?? null],
  ]);
  const done = actions.map((action) => ({
    cells: [second(action.at), action.action],
    below: [action.actor, action.reason],
  }));
  return [
    head,
    ...outputs.map(describeOutput),
    done.length === 0
      ? 'No command was given to it.'
      : formatRecords(['done at', 'what, and below: by whom, and why'], done),
  ].join('\n\n');
}

function describeOutput({
  id,
  state,
  asked,
  reservation,
  attempts,
  repair,
  next_automatic_action: next,
}: InspectedOutput): string {
  const { amount, committed, released, refunded } = reservation;
  const head = fields([
    ['Output', `${id}: ${state}`],
    ['Asked for', Object.keys(asked).length === 0 ? null : fieldsText(asked)],
    [
      'Credits',
      `${shown(amount)} ${reservation.state}; charged ${shown(committed)}, returned ${shown(released)}, refunded ${shown(refunded)}`,
    ],
    ['Next, by itself', next === null ? null : `${second(next.at)}: ${next.detail}`],
    [
      'In the repair queue',
      repair === null ? null : `${repair.why} (${counted(repair.tries, 'try', 'tries')})`,
    ],
  ]);
  if (attempts.length === 0) return `${head}\n(No attempt was made.)`;
  const rows = attempts.map((attempt) => ({
    cells: [
      attempt.stage,
      String(attempt.number),
      attempt.state,
      attempt.provider,
      attempt.cost ?? '',
      second(attempt.posted_at),
    ],
    below: [
      attempt.reference,
      ...(attempt.provider_job_id === null ? [] : [`provider's job: ${attempt.provider_job_id}`]),
      ...(attempt.error_class === null ? [] : [`error: ${attempt.error_class}`]),
    ],
  }));
  return `${head}\n${formatRecords(['stage', 'attempt', 'state', 'provider', 'cost', 'posted'], rows)}`;
}

function fieldsText(asked: InspectedOutput['asked']): string {
  return Object.entries(asked)
    .map(([field, value]) => `${field} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
