import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, type Client } from '@temporalio/client';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';
import { median } from '../median.ts';
import { BARE_TASK_QUEUE } from './start-bare-worker.ts';
import { submitOverHttp } from './submit-over-http.ts';

const SUBMISSIONS_PER_RUN = 40;

/** Median of each run, one submission after the other, each alone. Milliseconds. */
export type SubmissionTimes = { readonly ours: readonly number[]; readonly bare: readonly number[] };

/** POST /v1/jobs to its 202 against a bare update-with-start with an empty local activity: on the same servers, in turns. */
export async function measureSubmissions(
  side: { readonly info: StackInfo; readonly accountId: string; readonly client: Client },
  counts: { readonly runs: number; readonly warmUp: number },
  progress: (line: string) => void,
): Promise<SubmissionTimes> {
  await submitInTurns(side, counts.warmUp);
  const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let run = 1; run <= counts.runs; run++) {
    const { ours, bare } = await submitInTurns(side, SUBMISSIONS_PER_RUN);
    times.ours.push(median(ours));
    times.bare.push(median(bare));
    progress(
      `submissions ${String(run)} of ${String(counts.runs)}: ${median(ours).toFixed(1)} ms, bare ${median(bare).toFixed(1)} ms`,
    );
  }
  return times;
}

async function submitInTurns(
  side: { readonly info: StackInfo; readonly accountId: string; readonly client: Client },
  count: number,
): Promise<SubmissionTimes> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let number = 0; number < count; number++) {
    ours.push(await submitOverHttp(side.info, side.accountId));
    bare.push(await submitBare(side.client));
  }
  return { ours, bare };
}

async function submitBare(client: Client): Promise<number> {
  const startedAt = performance.now();
  await client.workflow.executeUpdateWithStart('admit', {
    startWorkflowOperation: new WithStartWorkflowOperation('bareSubmission', {
      workflowId: randomUUID(),
      taskQueue: BARE_TASK_QUEUE,
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
    updateId: 'admit',
  });
  return performance.now() - startedAt;
}
