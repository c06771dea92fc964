import type { SupportWorkflows } from '../../client/support-workflow.ts';
import type { SupportCommand } from '../../contract/support-command.ts';
import { outputWorkflowIdOf, workflowIdOf } from '../../domain/ids.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';
import type { Circumstances } from '../../jobs/support/apply-support-command.ts';
import { unavailable } from '../http/problem.ts';
import { openOutputIdsOf } from '../jobs/open-outputs.ts';

/** Calls to workflows at once, within a namespace's rate limit. */
export const WORKFLOWS_AT_ONCE = 20;

/** What PostgreSQL must know of Temporal to decide a command: whether a workflow runs. */
export async function circumstancesOf(
  workflows: SupportWorkflows,
  job: StoredJob,
  { command }: SupportCommand,
): Promise<Circumstances> {
  const needsWorkflow = command === 'extend' || command === 'restart';
  return needsWorkflow ? { isRunning: await isJobRunning(workflows, job) } : {};
}

async function isJobRunning(workflows: SupportWorkflows, job: StoredJob): Promise<boolean> {
  if (await isAnyRunning(workflows, [workflowIdOf(job.id)])) return true;
  // Outputs that a batch has begun go on without it.
  const open = openOutputIdsOf(job);
  for (let start = 0; start < open.length; start += WORKFLOWS_AT_ONCE) {
    const ids = open.slice(start, start + WORKFLOWS_AT_ONCE).map(outputWorkflowIdOf);
    if (await isAnyRunning(workflows, ids)) return true;
  }
  return false;
}

/** Whether any of these workflows runs. Throws `unavailable` when that is unknown. */
export async function isAnyRunning(workflows: SupportWorkflows, ids: readonly string[]): Promise<boolean> {
  const seen = await Promise.all(ids.map((id) => workflows.isRunning(id)));
  if (seen.includes('running')) return true;
  if (seen.includes('unavailable')) throw unavailable();
  return false;
}
