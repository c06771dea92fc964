import { isTerminal } from '../../domain/work/job-state.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';

/**
 * The open outputs of a job with several: each has a workflow of its own, which goes on without the job's. Empty for a
 * job with one.
 */
export function openOutputIdsOf({ outputs }: StoredJob): readonly string[] {
  if (outputs.length === 1) return [];
  return outputs.filter(({ state }) => !isTerminal(state)).map(({ id }) => id);
}
