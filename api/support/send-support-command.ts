import type { SupportWorkflows } from '../../client/support-workflow.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { outputWorkflowIdOf, workflowIdOf, workflowIdOfOutput } from '../../domain/ids.ts';
import { actionIdOf } from '../../domain/job-id.ts';
import { describeRefusal, newsOf, type SupportAsk, type SupportDone } from '../../domain/support-command.ts';
import {
  commandJob,
  type CommandAnswer,
  type CommandResult,
} from '../../jobs/support/apply-support-command.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { REPLAYED } from '../jobs/admit-submission.ts';
import { openOutputIdsOf } from '../jobs/open-outputs.ts';
import { invalidPart, notFound, Problem, unavailable } from '../http/problem.ts';

/** A command of support as it came. */
type AskedCommand = {
  readonly accountId: string;
  readonly job: StoredJob;
  readonly key: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly reason: string;
  readonly ask: SupportAsk;
};

export type CommandJob = (asked: AskedCommand) => Promise<{ readonly isReplay: boolean }>;

/** Asking many workflows at once: as many as a burst that nobody notices. */
const TOLD_AT_ONCE = 20;

/**
 * Does what support asks: in PostgreSQL first, which is the truth, then tells the workflows that run the outputs. Throws the
 * problem it is refused with; `unavailable` when it is done (or cannot be looked into) and the workflow was not reached: the same
 * request under the same key tells it again.
 */
export function createCommandJob(deps: {
  readonly database: Database;
  readonly supportWorkflows: SupportWorkflows;
}): CommandJob {
  const { database, supportWorkflows } = deps;
  return async (asked) => {
    const isRunning = await isRun(supportWorkflows, asked);
    let result = await commandJob(database, { ...asked, jobId: asked.job.id, isRunning });
    if (result.answer.outcome === 'look_up') {
      const isAnswered = await lookUp(supportWorkflows, asked, result.answer.attempt);
      // Answered under the key by now, unless nobody could be asked: then nothing is, and the key is free.
      result = {
        ...(await commandJob(database, { ...asked, jobId: asked.job.id, isRunning: isAnswered })),
        isReplay: false,
      };
    }
    if (result.fingerprint !== asked.fingerprint) {
      throw new Problem('idempotency_key_reused', { job_id: asked.job.id, billed: 'no' });
    }
    await tell(supportWorkflows, asked, doneOf(result, asked.job.id));
    return { isReplay: result.isReplay };
  };
}

/** Whether a workflow runs the job; not asked for what moves money alone. */
async function isRun(workflows: SupportWorkflows, { ask, job }: AskedCommand): Promise<boolean> {
  if (ask.command === 'refund' || ask.command === 'release') return true;
  if (await isThere(workflows, [workflowIdOf(job.id)])) return true;
  // What a batch has begun goes on without it.
  const open = openOutputIdsOf(job);
  for (let start = 0; start < open.length; start += TOLD_AT_ONCE) {
    const ids = open.slice(start, start + TOLD_AT_ONCE).map(outputWorkflowIdOf);
    if (await isThere(workflows, ids)) return true;
  }
  return false;
}

/** Whether any of these workflows runs. */
async function isThere(workflows: SupportWorkflows, ids: readonly string[]): Promise<boolean> {
  const seen = await Promise.all(ids.map((id) => workflows.isRunning(id)));
  if (seen.includes('running')) return true;
  if (seen.includes('unavailable')) throw unavailable();
  return false;
}

/** Has the workflow of an attempt look it up and resolve it; false when there is none. */
async function lookUp(workflows: SupportWorkflows, asked: AskedCommand, attempt: string): Promise<boolean> {
  const { ask, accountId, key, fingerprint, actor, reason, job } = asked;
  if (ask.command !== 'resolve') return false;
  const output = job.outputs.find(({ id }) => attempt.startsWith(`${id.replace(/^out_/, 'att_')}_`));
  const workflowId = workflowIdOfOutput(job.id, output?.id ?? '', job.outputs.length);
  const named = ask.provider_job_id === undefined ? {} : { provider_job_id: ask.provider_job_id };
  const request = {
    ...{ actor, reason, key, fingerprint, outcome: ask.outcome, attempt: ask.attempt ?? attempt },
    ...named,
  };
  const reached = await workflows.resolve(workflowId, actionIdOf(accountId, ask.command, key), request);
  if (reached === 'unavailable') throw unavailable();
  return reached === 'answered';
}

function doneOf({ answer, isReplay }: CommandResult, jobId: string): SupportDone {
  switch (answer.outcome) {
    case 'done':
      return answer;
    case 'refused':
      throw refusalOf(answer, jobId, isReplay);
    case 'not_found':
      throw notFound(answer.what);
    case 'invalid':
      throw invalidPart(answer.pointer, answer.code, INVALID[answer.code] ?? 'That cannot be.');
    case 'look_up':
      throw unavailable('The provider could not be asked just now. Send the same again.');
    default:
      return assertNever(answer);
  }
}

const INVALID: Readonly<Record<string, string>> = {
  in_the_past: 'until must be in the future.',
  too_large: 'until is at most a week ahead.',
};

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

/** An output whose workflow is gone needs no telling: what is left of it is money, and that is moved. */
async function tell(
  workflows: SupportWorkflows,
  { ask, job }: AskedCommand,
  done: SupportDone,
): Promise<void> {
  const told = newsOf(ask.command, done);
  if (told === null) return;
  for (let start = 0; start < told.outputIds.length; start += TOLD_AT_ONCE) {
    const reached = await Promise.all(
      told.outputIds
        .slice(start, start + TOLD_AT_ONCE)
        .map((id) => workflows.tell(workflowIdOfOutput(job.id, id, job.outputs.length), told.news)),
    );
    if (reached.includes('unavailable')) {
      throw unavailable(
        'It is done and on record, but its workflow was not reached: send the same again with the same Idempotency-Key.',
      );
    }
  }
}
