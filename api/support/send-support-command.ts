import type { SupportWorkflows } from '../../client/support-workflow.ts';
import type {
  CommandAnswer,
  CommandDone,
  SupportCommand,
  SupportCommandOf,
} from '../../contract/support-command.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { workflowIdOfOutput } from '../../domain/ids.ts';
import { actionIdOf } from '../../contract/derived-ids.ts';
import { describeRefusal } from '../../domain/support/support-rules.ts';
import {
  applySupportCommand,
  type AppliedCommand,
  type SupportDeps,
} from '../../jobs/support/apply-support-command.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import { REPLAYED } from '../http/replayed.ts';
import { notFound, Problem, unavailable } from '../http/problem.ts';
import { invalidCommand } from './invalid-command.ts';
import { circumstancesOf, WORKFLOWS_AT_ONCE } from './command-circumstances.ts';

export type SendSupportCommand = (
  /** The job's. */
  accountId: string,
  job: StoredJob,
  command: SupportCommand,
  /** Up to where the record was read before; absent: it was not. */
  asOf?: string,
) => Promise<{ readonly isReplay: boolean }>;

type Deps = SupportDeps & { readonly supportWorkflows: SupportWorkflows };

/**
 * Applies a support command in PostgreSQL, then tells the workflows of the outputs concerned. A resolve takes two
 * trips: PostgreSQL names the workflow, and that one applies it, since only a workflow asks the provider. Throws the
 * problem of a refusal; `unavailable` when the command was applied (or could not be looked up) and the workflow was not
 * reached: the same request under the same key tells it again.
 */
export function createSendSupportCommand(deps: Deps): SendSupportCommand {
  const { supportWorkflows: workflows } = deps;
  return async (accountId, job, command, asOf) => {
    const circumstances = { ...(await circumstancesOf(workflows, job, command)), asOf };
    const applied = await applySupportCommand(deps, accountId, command, circumstances);
    const { answer } = applied;
    if (answer.outcome === 'look_up' && command.command === 'resolve') {
      const resolved = await resolve(deps, accountId, job, command, answer.output_id);
      doneOf({ answer: resolved, isReplay: false }, job.id);
      return { isReplay: false };
    }
    await tell(workflows, job, command, doneOf(applied, job.id));
    return { isReplay: applied.isReplay };
  };
}

/** Lets the output's workflow resolve it. If that is gone, PostgreSQL says why nothing can be done. */
async function resolve(
  deps: Deps,
  accountId: string,
  job: StoredJob,
  command: SupportCommandOf<'resolve'>,
  outputId: string,
): Promise<CommandAnswer> {
  const workflowId = workflowIdOfOutput(job.id, outputId, job.outputs.length);
  const updateId = actionIdOf(accountId, command.command, command.key);
  const reached = await deps.supportWorkflows.resolve(workflowId, updateId, command);
  switch (reached) {
    case 'unavailable':
      throw unavailable();
    case 'failed':
      throw providerNotAsked();
    case 'not_running':
      return (await applySupportCommand(deps, accountId, command, { isRunning: false })).answer;
    default:
      return reached;
  }
}

function providerNotAsked(): Problem {
  return unavailable('The provider could not be asked just now. Send the same again.');
}

function doneOf({ answer, isReplay }: AppliedCommand, jobId: string): CommandDone {
  switch (answer.outcome) {
    case 'done':
      return answer;
    case 'refused':
      throw refusalOf(answer, jobId, isReplay);
    case 'not_found':
      throw notFound(answer.what);
    case 'invalid':
      throw invalidCommand(answer);
    case 'key_reused':
      throw new Problem('idempotency_key_reused', { job_id: jobId, billed: 'no' });
    case 'look_up':
      throw providerNotAsked();
    default:
      return assertNever(answer);
  }
}

function refusalOf(
  { reason }: Extract<CommandAnswer, { readonly outcome: 'refused' }>,
  jobId: string,
  isReplay: boolean,
): Problem {
  return new Problem(
    'state_conflict',
    { detail: describeRefusal(reason), reason, job_id: jobId, billed: 'no' },
    isReplay ? REPLAYED : {},
  );
}

/** An output without a workflow needs no signal: its credits have moved already. A refund concerns no workflow. */
async function tell(
  workflows: SupportWorkflows,
  job: StoredJob,
  { command }: SupportCommand,
  { output_ids: several, output_id: one }: CommandDone,
): Promise<void> {
  const outputIds = several ?? (one === undefined ? [] : [one]);
  for (let start = 0; start < outputIds.length; start += WORKFLOWS_AT_ONCE) {
    const reached = await Promise.all(
      outputIds
        .slice(start, start + WORKFLOWS_AT_ONCE)
        .map((id) => workflows.tell(workflowIdOfOutput(job.id, id, job.outputs.length), command)),
    );
    if (reached.includes('unavailable')) {
      throw unavailable(
        'It is done and on record, but its workflow was not reached: send the same again with the same Idempotency-Key.',
      );
    }
  }
}
