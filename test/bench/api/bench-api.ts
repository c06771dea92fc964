import { Client, Connection } from '@temporalio/client';
import { nodeChild } from '../../../dev/stack/node-child.ts';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';
import { startStack } from '../../../dev/stack/start-stack.ts';
import { runChild } from '../../harness/run-child.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { openBenchAccount } from '../jobs/bench-account.ts';
import { measureSubmissions, type SubmissionTimes } from '../jobs/measure-submissions.ts';
import { startBareWorker } from '../jobs/start-bare-worker.ts';
import { median } from '../median.ts';
import { rateOf, type BenchCall } from './rate-of.ts';
import { NO_RATE_LIMITS } from '../no-rate-limits.ts';

/** The setting that docs/benchmarks.md describes. */
const PAIRS = 7;
const READS_IN_FLIGHT = 16;
const RUN_MS = 2_000;
const WARM_UP_MS = 3_000;
const WARM_UP_SUBMISSIONS = 200;

type Side = { readonly ours: readonly number[]; readonly bare: readonly number[] };

export type ApiReport = {
  readonly ratios: Readonly<Record<string, number>>;
  /** Median of each run, one after the other, each alone: from request to 202, from update to response. Milliseconds. */
  readonly submit_p50_ms: SubmissionTimes;
  /** Calls per second, 16 in flight: one figure per run. */
  readonly job_reads_per_second: Side;
  readonly balance_reads_per_second: Side;
  readonly quotes_per_second: Side;
};

/**
 * POST /v1/jobs to its 202 against a bare update-with-start, and the reads and quotes of the API against bare Express routes with one
 * query each, in a process of their own; on the same servers, alternating, medians of the pairs' ratios.
 */
export async function benchApi(progress: (line: string) => void): Promise<ApiReport> {
  const { home, remove } = await makeTemporaryHome('bench-api');
  progress('starting a stack of its own');
  const stack = await startStack({
    home,
    ports: 'free',
    modelMode: 'instant',
    apiEnv: { RATE_LIMITS: NO_RATE_LIMITS },
  });
  const info = stack.info();
  const connection = await Connection.connect({ address: info.temporal_address });
  const bareWorker = await startBareWorker({
    home,
    temporalAddress: info.temporal_address,
  });
  let bareUrl = '';
  const bareApi = await startBareApi(home, info, (port) => {
    bareUrl = `http://127.0.0.1:${String(port)}`;
  });
  try {
    const accountId = await openBenchAccount(info);
    progress('warming up');
    const submit = await measureSubmissions(
      { info, accountId, client: new Client({ connection }) },
      { runs: PAIRS, warmUp: WARM_UP_SUBMISSIONS },
      progress,
    );
    const headers = {
      authorization: `Bearer ${info.platform_key}`,
      'holdfast-account': accountId,
    };
    const job = await newestJob(info, headers);
    const body = { kind: 'static_ad', brief: { headline: 'A kettle' } };
    const measure = (name: string, ours: BenchCall, bare: BenchCall) =>
      measureRates(name, ours, bare, progress);
    const jobReads = await measure(
      'reads of a job',
      { url: `${info.api_url}/v1/jobs/${job}`, method: 'GET', headers },
      { url: `${bareUrl}/jobs/${accountId}/${job}`, method: 'GET' },
    );
    const balanceReads = await measure(
      'reads of the balance',
      { url: `${info.api_url}/v1/balance`, method: 'GET', headers },
      { url: `${bareUrl}/balance/${accountId}`, method: 'GET' },
    );
    const quotes = await measure(
      'quotes',
      { url: `${info.api_url}/v1/quotes`, method: 'POST', headers, body },
      { url: `${bareUrl}/quotes/${accountId}`, method: 'POST', body },
    );
    return {
      ratios: {
        submit_over_bare: ratioOf(submit),
        job_reads_over_bare: ratioOf(jobReads),
        balance_reads_over_bare: ratioOf(balanceReads),
        quotes_over_bare: ratioOf(quotes),
      },
      submit_p50_ms: submit,
      job_reads_per_second: jobReads,
      balance_reads_per_second: balanceReads,
      quotes_per_second: quotes,
    };
  } finally {
    await bareApi.stop();
    await bareWorker.stop();
    await connection.close();
    await stack.stop();
    await remove();
  }
}

function ratioOf({ ours, bare }: Side): number {
  return median(ours.map((figure, pair) => figure / (bare[pair] ?? Number.NaN)));
}

async function measureRates(
  name: string,
  ours: BenchCall,
  bare: BenchCall,
  progress: (line: string) => void,
): Promise<Side> {
  await rateOf(ours, READS_IN_FLIGHT, WARM_UP_MS);
  await rateOf(bare, READS_IN_FLIGHT, WARM_UP_MS);
  const side: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let pair = 1; pair <= PAIRS; pair++) {
    side.ours.push(await rateOf(ours, READS_IN_FLIGHT, RUN_MS));
    side.bare.push(await rateOf(bare, READS_IN_FLIGHT, RUN_MS));
    progress(
      `${name}, pair ${String(pair)} of ${String(PAIRS)}: ${side.ours.at(-1)?.toFixed(0) ?? ''} a second, bare ${side.bare.at(-1)?.toFixed(0) ?? ''}`,
    );
  }
  return side;
}

async function newestJob(info: StackInfo, headers: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(`${info.api_url}/v1/jobs?limit=1`, { headers });
  const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] };
  const [job] = data;
  if (job === undefined) throw new Error('the benchmark has no job to read');
  return job.id;
}

function startBareApi(home: string, info: StackInfo, onPort: (port: number) => void) {
  const spec = nodeChild({
    name: 'api',
    entry: 'test/bench/api/bare-api.ts',
    stopTimeoutMs: 5_000,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      READY_LINE: 'true',
      // As a role that may do the same.
      DATABASE_URL: info.database_url,
      ASSET_HOME: home,
      TEMPORAL_ADDRESS: info.temporal_address,
      API_PORT: '0',
      API_SHUTDOWN_NOTICE_SECONDS: '0',
    },
  });
  return runChild(
    {
      ...spec,
      name: 'bare-api',
      untilReady: async (child) => {
        onPort(Number((await child.readyLine())['port']));
      },
    },
    home,
  );
}
