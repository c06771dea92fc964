import { isTerminal } from '../../domain/work/job-state.ts';
import type { StoredJob } from '../../jobs/reads/read-job.ts';

/**
 * The outputs of a job with several that have not ended: each has a workflow of its own, which goes on without the job's. None
 * of a job with one, whose workflow is the job's.
 */
export function openOutputIdsOf({ outputs }: StoredJob): readonly string[] {
  if (outputs.length === 1) return [];
  return outputs.filter(({ state }) => !isTerminal(state)).map(({ id }) => id);
}
