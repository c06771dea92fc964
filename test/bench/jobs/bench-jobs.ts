import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { createHoldfastClient } from '../../../client/temporal-client.ts';
import { median } from '../median.ts';
import { openBenchAccount } from './bench-account.ts';
import { measureSubmissions } from './measure-submissions.ts';
import { BARE_TASK_QUEUE, startBareWorker } from './start-bare-worker.ts';
import { runInFlight } from './run-in-flight.ts';
import { startStack } from '../../../dev/stack/start-stack.ts';
import { jobIdOf } from '../../../contract/derived-ids.ts';
import { billableActionsOf } from '../../harness/billable-actions.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

/** The setting that docs/benchmarks.md describes. */
const IN_FLIGHT = 48;
const JOBS_PER_RUN = 240;
const PAIRS = 7;
/** About a thousand jobs: until then a tenth of a worker's CPU is the JIT compiler's. */
const WARM_UP_RUNS = 4;

export type JobsReport = {
  readonly ratios: { readonly jobs_over_bare: number; readonly submit_over_bare: number };
  /** Jobs, and bare workflows, per second: one figure per run. */
  readonly jobs_per_second: readonly number[];
  readonly bare_per_second: readonly number[];
  /** Median of each run, one after the other, each alone: from request to 202, from update to answer. Milliseconds. */
  readonly submit_p50_ms: readonly number[];
  readonly bare_submit_p50_ms: readonly number[];
  /** Of one plain job's history. */
  readonly events_per_job: number;
  readonly actions_per_job: number;
};

/**
 * Jobs end to end against bare workflows of one ordinary activity, and POST /v1/jobs against a bare
 * update-with-start with an empty local activity; on the same server, alternating, medians of the pairs' ratios.
 */
export async function benchJobs(progress: (line: string) => void): Promise<JobsReport> {
  const { home, remove } = await makeTemporaryHome('bench-jobs');
  progress('starting a stack of its own');
  const stack = await startStack({ home, ports: 'free', modelMode: 'instant' });
  const info = stack.info();
  const connection = await Connection.connect({ address: info.temporal_address });
  const client = new Client({ connection });
  const bareWorker = await startBareWorker({
    home,
    temporalAddress: info.temporal_address,
  });
  try {
    const accountId = await openBenchAccount(info);
    const holdfast = createHoldfastClient({ client, taskQueue: 'holdfast' });

    let jobId = '';
    const runJobs = () =>
      runInFlight(JOBS_PER_RUN, IN_FLIGHT, async () => {
        const job = { accountId, idempotencyKey: randomUUID() };
        await holdfast.start({
          ...job,
          request: { kind: 'static_ad', brief: { headline: job.idempotencyKey } },
        });
        jobId = jobIdOf(accountId, job.idempotencyKey);
        const result = await holdfast.wait(job);
        if (result.outcome !== 'succeeded')
          throw new Error(`a job of the benchmark ended as ${result.outcome}`);
      });
    const runBare = () =>
      runInFlight(JOBS_PER_RUN, IN_FLIGHT, async () => {
        await client.workflow.execute('bareJob', { workflowId: randomUUID(), taskQueue: BARE_TASK_QUEUE });
      });
    progress('warming up');
    for (let run = 1; run <= WARM_UP_RUNS; run++) {
      await runJobs();
      await runBare();
    }
    const jobs: number[] = [];
    const bare: number[] = [];
    for (let pair = 1; pair <= PAIRS; pair++) {
      jobs.push(await runJobs());
      bare.push(await runBare());
      progress(
        `pair ${String(pair)} of ${String(PAIRS)}: ${jobs.at(-1)?.toFixed(1) ?? ''} jobs/s, ${bare.at(-1)?.toFixed(1) ?? ''} bare/s`,
      );
    }
    const submissions = await measureSubmissions(
      { info, accountId, client },
      { runs: PAIRS, warmUp: 0 },
      progress,
    );
    const { events } = await client.workflow.getHandle(jobId).fetchHistory();
    return {
      events_per_job: (events ?? []).length,
      actions_per_job: billableActionsOf(events ?? []),
      ratios: {
        jobs_over_bare: median(jobs.map((rate, pair) => rate / (bare[pair] ?? Number.NaN))),
        submit_over_bare: median(
          submissions.ours.map((ms, pair) => ms / (submissions.bare[pair] ?? Number.NaN)),
        ),
      },
      jobs_per_second: jobs,
      bare_per_second: bare,
      submit_p50_ms: submissions.ours,
      bare_submit_p50_ms: submissions.bare,
    };
  } finally {
    await bareWorker.stop();
    await connection.close();
    await stack.stop();
    await remove();
  }
}
