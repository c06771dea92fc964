import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseFreePorts, LOCAL_HOST } from '../../../dev/free-ports.ts';
import { billableActionsOf } from '../../harness/billable-actions.ts';
import { startRunningStack, type RunningStack } from '../../integration/running-stack.ts';
import { GENERIC, REPLICATE, WEBHOOK_SECRET } from '../../providers/contract/subjects.ts';
import { startSimulatedService, type SimulatedService } from '../../services/simulated-service.ts';
import { runInFlight } from '../jobs/run-in-flight.ts';
import { watchUsage } from './worker-usage.ts';

const JOBS = 2_000;
const RUN_MS = 5 * 60_000;
const SUBMITTED_AT_ONCE = 8;
const CREDITS = 1_000_000;
const LOOK_EVERY_MS = 2_000;
const TELL_EVERY_MS = 10_000;
/** Past the run of the last: a worker that is killed is noticed, and two thousand jobs are settled. */
const END_WITHIN_MS = 5 * 60_000;
const CATALOGUE = path.join(import.meta.dirname, '../../soak/jobs/soak-catalogue.mjs');
const PREPARED_PICTURE = path.join(import.meta.dirname, '../../../model-service/prepared/picture.png');

/** What must hold of one worker: issue of its memory and of its share of a core. */
const MAX_RSS_MIB = 400;
const MAX_CPU_SHARE = 0.5;

export type FollowingReport = {
  readonly ratios: {
    /** The largest there was of either worker, over what it may be. */
    readonly rss_over_bound: number;
    /** Of a core, while all are followed and nothing else happens, over what it may be. */
    readonly cpu_over_bound: number;
  };
  readonly jobs: number;
  readonly most_in_flight: number;
  readonly rss_peak_mib: number;
  /** Percent of a core: while all are followed; while a worker takes them over; from the first submission to the last end. */
  readonly cpu_percent_following: number;
  readonly cpu_percent_taking_over: number;
  readonly cpu_percent_overall: number;
  readonly polls_per_polled_job: number;
  readonly polls_per_told_job: number;
  readonly heartbeats_per_job: number;
  /** Of one plain job's history, heartbeats apart. */
  readonly actions_per_job: number;
  readonly seconds: number;
};

/**
 * Thousands of jobs in flight at services that take minutes, followed by one worker: half of them at a service that is polled only, half at
 * one that tells when they have ended. The worker is killed in the middle. Throws where a job is lost, doubled or charged wrongly.
 */
export async function benchFollowing(
  progress: (line: string) => void,
  {
    jobs = JOBS,
    runMs = RUN_MS,
  }: { readonly jobs?: number | undefined; readonly runMs?: number | undefined } = {},
): Promise<FollowingReport> {
  let apiUrl = '';
  const result = { content: await readFile(PREPARED_PICTURE), contentType: 'image/png' };
  const play = () => ({ runMs, end: 'succeeded' }) as const;
  const polled = await startSimulatedService({ dialect: GENERIC.dialect, play, result });
  const told = await startSimulatedService({
    ...{ dialect: REPLICATE.dialect, play, result, webhooks: REPLICATE.webhooks },
    tell: (webhookPath, body, headers) => {
      const webhook = { method: 'POST', headers, body: Uint8Array.from(body) };
      // One that does not arrive is not sent again: its job is polled to its end.
      fetch(`${apiUrl}${webhookPath}`, webhook).catch(() => undefined);
    },
  });
  const services = [polled, told] as const;
  const inFlight = () => services.reduce((sum, service) => sum + service.inFlight(), 0);
  const taken = () => services.reduce((sum, service) => sum + service.runs().length, 0);
  progress('starting a stack');
  const { metrics } = await chooseFreePorts({ metrics: 0 });
  const running = await startRunningStack(0, settingsFor(polled, told, metrics));
  apiUrl = running.stack.info().api_url;
  const usage = watchUsage(() => running.stack.info().pids.worker);
  const startedAt = performance.now();
  const ticker = setInterval(() => {
    progress(
      `${seconds(startedAt, performance.now())} s: ${String(taken())} submitted, ${String(inFlight())} in flight, worker ${usage.now()}`,
    );
  }, TELL_EVERY_MS).unref();
  try {
    const account = await openAccount(running);
    await runInFlight(jobs, SUBMITTED_AT_ONCE, async (nth) => {
      const model = nth % 2 === 0 ? 'soak/long-polled' : 'soak/long-told';
      const brief = { headline: `Following ${String(nth)}` };
      await submit(running, account, { kind: 'static_ad', model, brief });
    });
    while (taken() < jobs) await sleep(LOOK_EVERY_MS);
    const allInFlightAt = performance.now();
    const mostInFlight = inFlight();
    progress(`${String(mostInFlight)} in flight after ${seconds(startedAt, allInFlightAt)} s`);

    const firstEndsAt = startedAt + runMs;
    await sleep((firstEndsAt - allInFlightAt) / 2);
    const beats = await heartbeatsBy(metrics);
    const killedAt = performance.now();
    running.stack.kill('worker', 'SIGKILL');
    await running.stack.whenReady('worker');
    progress(
      `killed at ${seconds(startedAt, killedAt)} s, back ${seconds(killedAt, performance.now())} s later`,
    );
    await sleep(Math.max(0, firstEndsAt - performance.now()));
    await untilAllEnded(running, jobs, startedAt + 2 * runMs + END_WITHIN_MS);
    const endedAt = performance.now();
    usage.stop();
    await requireSound(running, services, jobs);
    const heartbeats = beats + (await heartbeatsBy(metrics));
    const following = usage.cpuShare(allInFlightAt, killedAt);
    return {
      ratios: {
        rss_over_bound: usage.peakMib() / MAX_RSS_MIB,
        cpu_over_bound: Math.max(following, usage.cpuShare(startedAt, endedAt)) / MAX_CPU_SHARE,
      },
      jobs,
      most_in_flight: mostInFlight,
      rss_peak_mib: usage.peakMib(),
      cpu_percent_following: following * 100,
      cpu_percent_taking_over: usage.cpuShare(killedAt, firstEndsAt) * 100,
      cpu_percent_overall: usage.cpuShare(startedAt, endedAt) * 100,
      polls_per_polled_job: polled.asked() / polled.runs().length,
      polls_per_told_job: told.asked() / told.runs().length,
      heartbeats_per_job: heartbeats / jobs,
      actions_per_job: await actionsOfOne(running),
      seconds: (endedAt - startedAt) / 1_000,
    };
  } finally {
    clearInterval(ticker);
    usage.stop();
    await running.close();
    await Promise.all(services.map((service) => service.close()));
  }
}

/** As in production, where the stack's own settings are those of a person who watches. */
function settingsFor(polled: SimulatedService, told: SimulatedService, metricsPort: number) {
  const services = {
    GPU_SERVICE_URL: polled.url,
    REPLICATE_URL: told.url,
    // Its services put the API's own address in the place of this one.
    PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:9',
  };
  return {
    cataloguePath: CATALOGUE,
    apiEnv: {
      ...services,
      MODEL_SERVICE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      GPU_SERVICE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      REPLICATE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    },
    workerEnv: {
      ...services,
      GPU_SERVICE_API_KEY: 'benchmark',
      REPLICATE_API_TOKEN: 'r8_of_the_benchmark',
      HEARTBEAT_TIMEOUT_SECONDS: '10',
      RECONCILE_INTERVAL_SECONDS: '60',
      RECONCILE_GRACE_SECONDS: '30',
      CREDIT_MAINTENANCE_INTERVAL_SECONDS: '60',
      WORKER_METRICS_ADDRESS: `${LOCAL_HOST}:${String(metricsPort)}`,
    },
  };
}

/**
 * A machine that is busy with two thousand jobs may not admit one in time: it is sent again under its key, and under another where it was
 * ended unadmitted.
 */
const SUBMIT_WITHIN_MS = 5 * 60_000;

async function submit(running: RunningStack, account: string, request: object): Promise<void> {
  let key = randomUUID();
  const giveUpAt = performance.now() + SUBMIT_WITHIN_MS;
  for (;;) {
    const { status, body } = await running.submit(account, request, { key });
    if (status < 300) return;
    if (status === 409) key = randomUUID();
    if ((status !== 503 && status !== 409) || performance.now() > giveUpAt)
      throw new Error(`a job of the benchmark is refused: ${JSON.stringify(body)}`);
  }
}

async function openAccount(running: RunningStack): Promise<string> {
  const account = await running.openAccount();
  const body = { source: 'top_up', credits: CREDITS, reference: account, reason: 'benchmark' };
  const { status } = await running.call('POST', `/v1/accounts/${account}/grants`, { body });
  if (status !== 201) throw new Error(`no credits: ${String(status)}`);
  return account;
}

async function untilAllEnded(running: RunningStack, jobs: number, untilMs: number): Promise<void> {
  for (;;) {
    const [row] = await running.rows<{ ended: number }>(
      'SELECT count(*)::int AS ended FROM jobs.jobs WHERE finished_at IS NOT NULL',
    );
    if (row?.ended === jobs) return;
    if (performance.now() > untilMs)
      throw new Error(`${String(row?.ended)} of ${String(jobs)} jobs have ended in time`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** A figure of jobs that were lost, doubled or charged wrongly is none. */
async function requireSound(
  running: RunningStack,
  services: readonly SimulatedService[],
  jobs: number,
): Promise<void> {
  const references = services.flatMap((service) => service.runs().map(({ reference }) => reference));
  if (references.length !== jobs || new Set(references).size !== jobs)
    throw new Error(`${String(references.length)} submissions of ${String(jobs)} jobs`);
  const [row] = await running.rows<{ succeeded: number }>(
    `SELECT count(*)::int AS succeeded FROM jobs.jobs WHERE state = 'succeeded'`,
  );
  if (row?.succeeded !== jobs) throw new Error(`${String(row?.succeeded)} of ${String(jobs)} jobs succeeded`);
  const found = await running.reconcile();
  if (found.length > 0) throw new Error(`the ledger does not add up: ${JSON.stringify(found[0])}`);
}

/** Sent to Temporal by the worker that lives now, as the SDK counts its requests. */
async function heartbeatsBy(metricsPort: number): Promise<number> {
  const text = await (await fetch(`http://${LOCAL_HOST}:${String(metricsPort)}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => /^temporal_request(_total)?\{.*RecordActivityTaskHeartbeat/.test(line))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function actionsOfOne(running: RunningStack): Promise<number> {
  const [row] = await running.rows<{ job_id: string }>('SELECT job_id FROM jobs.jobs LIMIT 1');
  const { events } = await running.temporal.workflow.getHandle(row?.job_id ?? '').fetchHistory();
  return billableActionsOf(events ?? []);
}

function seconds(fromMs: number, toMs: number): string {
  return ((toMs - fromMs) / 1_000).toFixed(1);
}
