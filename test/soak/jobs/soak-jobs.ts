import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRunningStack, type Json, type RunningStack } from '../../integration/running-stack.ts';
import { seededRandom, type SeededRandom } from '../soak-random.ts';
import { createDroppingProxy } from './dropping-proxy.ts';
import { dropAtRandom, LONGEST_OUTAGE_MS } from './drop-at-random.ts';
import { ENOUGH_SECONDS, nextJob } from './job-mix.ts';
import { check, checkJobs, sumOfAccounts } from './jobs-soak-checks.ts';
import type { JobsSoakReport } from './jobs-soak-report.ts';
import { checkServices } from './soak-service-checks.ts';
import { startSoakServices } from './soak-services.ts';
import { createSaboteur, type Saboteur } from './saboteur.ts';
import { runJob, type Told } from './soak-customer.ts';
import { SUPERSCALE_GRANTS } from '../../harness/superscale.ts';

/** Customers at work at once, spread over the accounts. */
const CUSTOMERS = 48;
const ACCOUNTS = 6;
/** The sign-up grant comes on top. */
const CREDITS_PER_ACCOUNT = 5_000_000;
const SIGN_UP_CREDITS = SUPERSCALE_GRANTS.signUp.credits;
const MODEL_MS = 150;
const CATALOGUE = path.join(import.meta.dirname, 'soak-catalogue.mjs');
/** From one kill to the next. A process is back within a few seconds. */
const KILL_AFTER_AT_LEAST_MS = 4_000;
const KILL_AFTER_UP_TO_MS = 8_000;
const TELL_EVERY_MS = 10_000;

export type SoakJobsOptions = {
  readonly count: number;
  readonly seed: number;
  readonly progress: (line: string) => void;
  /** Of the network between workers and model service; absent: 30 s. */
  readonly longestOutageMs?: number;
  /** Of jobs that end by themselves; absent: enough for whatever befalls them. */
  readonly deadlineSeconds?: number;
};

/**
 * Mixed jobs on the embedded stack, with every fault of the model service, while worker and API are killed, all packets between worker and
 * model service are dropped, and workflows are sent wrong messages, terminated and deleted, at random. What is asked and what is
 * done follow the seed; what meets what is the machine's.
 */
export async function soakJobs(options: SoakJobsOptions): Promise<JobsSoakReport> {
  const {
    count,
    seed,
    progress,
    longestOutageMs = LONGEST_OUTAGE_MS,
    deadlineSeconds = ENOUGH_SECONDS,
  } = options;
  progress('starting a stack');
  const proxy = await createDroppingProxy();
  const services = await startSoakServices();
  const running = await startRunningStack(MODEL_MS, {
    cataloguePath: CATALOGUE,
    apiEnv: services.apiEnv,
    workerEnv: { ...services.workerEnv, MODEL_SERVICE_URL: proxy.url },
  }).catch(async (error: unknown) => {
    await Promise.all([proxy.close(), services.close()]);
    throw error;
  });
  proxy.forwardTo(running.stack.info().model_service_url);
  services.tellTo(running.stack.info().api_url);
  let keepsHome = false;
  try {
    const accounts = await openAccounts(running);
    const startedAt = performance.now();
    const killer = killAtRandom(running, seededRandom(seed + 1));
    const dropper = dropAtRandom([proxy, services.network], seededRandom(seed + 2), longestOutageMs);
    const saboteur = createSaboteur(running.temporal);
    const customers = await serveCustomers(running, accounts, {
      count,
      deadlineSeconds,
      saboteur,
      random: seededRandom(seed),
      progress,
    });
    const [kills, outages] = await Promise.all([killer.stop(), dropper.stop()]);
    const seconds = (performance.now() - startedAt) / 1_000;
    progress('checking');
    const { told, retries } = customers;
    const granted = ACCOUNTS * (CREDITS_PER_ACCOUNT + SIGN_UP_CREDITS);
    const checks = [
      ...(await checkJobs(running, told, granted, { outages, saboteur })),
      ...(await checkServices(running, services.all)),
      check(
        'what was killed came back as another process',
        kills,
        ({ pid, successor }) => successor !== null && successor !== pid,
      ),
    ];
    const { messages, terminated, deleted } = saboteur.counts();
    keepsHome = checks.some(({ violations }) => violations > 0);
    if (keepsHome) {
      await keepHistories(running, told);
      progress(`not everything holds: logs, database and histories are kept in ${running.home}`);
    }
    return {
      seed,
      jobs: told.length,
      jobs_by_state: countBy(told.map(({ job }) => (job?.state ?? 'refused') as string)),
      outputs_by_end: countBy(told.flatMap(endsOf)),
      kills: countBy(kills.map(({ name }) => name)),
      retries,
      outages: {
        count: outages.length,
        seconds: outages.reduce((sum, { from, to }) => sum + to - from, 0) / 1_000,
      },
      wrong_messages: messages,
      workflows_terminated: terminated,
      workflows_deleted: deleted,
      submissions: await countSubmissions(running),
      runs_by_service: Object.fromEntries(
        services.all.map(({ provider, service }) => [provider, service.runs().length]),
      ),
      seconds,
      credits: await sumOfAccounts(running),
      checks,
    };
  } finally {
    await running.close({ keepsHome });
    await Promise.all([proxy.close(), services.close()]);
  }
}

/** The histories of jobs that have not ended, in the stack's folder: with the server they would be gone. */
async function keepHistories(running: RunningStack, told: readonly Told[]): Promise<void> {
  for (const { job } of told) {
    if (job === null || job.finished_at !== null) continue;
    const history = await running.temporal.workflow.getHandle(job.id as string).fetchHistory();
    await writeFile(path.join(running.home, `${job.id as string}.json`), JSON.stringify(history));
  }
}

async function openAccounts(running: RunningStack): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: ACCOUNTS }, async () => {
      const account = await running.openAccount();
      const body = {
        source: 'top_up',
        credits: CREDITS_PER_ACCOUNT,
        reference: account,
        reason: 'soak',
      };
      const { status } = await running.call('POST', `/v1/accounts/${account}/grants`, { body });
      if (status !== 201) throw new Error(`no credits: ${String(status)}`);
      return account;
    }),
  );
}

async function serveCustomers(
  running: RunningStack,
  accounts: readonly string[],
  options: {
    readonly count: number;
    readonly deadlineSeconds: number;
    readonly random: SeededRandom;
    readonly saboteur: Saboteur;
    readonly progress: (line: string) => void;
  },
): Promise<{ readonly told: readonly Told[]; readonly retries: number }> {
  const { count, random, saboteur, progress } = options;
  const told: Told[] = [];
  const delivered = new Map<string, string>();
  let [begun, retries] = [0, 0];
  const ticker = setInterval(() => {
    progress(`${String(told.length)} of ${String(count)} jobs have ended`);
  }, TELL_EVERY_MS);
  await Promise.all(
    Array.from({ length: CUSTOMERS }, async (_, customer) => {
      const accountId = accounts[customer % accounts.length] ?? '';
      while (begun < count) {
        const job = nextJob(random, begun++, {
          deadlineSeconds: options.deadlineSeconds,
          delivered: delivered.get(accountId),
        });
        const end = await runJob(running, accountId, job, saboteur, () => {
          retries += 1;
        });
        told.push(end);
        const output = ((end.job?.outputs ?? []) as Json[]).find(({ state }) => state === 'succeeded');
        const isOfSandbox = job.body['model'] === undefined;
        if (output !== undefined && isOfSandbox) delivered.set(accountId, output.id as string);
      }
    }),
  );
  clearInterval(ticker);
  return { told, retries };
}

/** The first kills, so that a short soak has each; PostgreSQL comes again after so many kills, for a restart takes it a few seconds. */
const FIRST_KILLS = ['worker', 'postgres', 'api'] as const;
const EVERY_NTH_IS_POSTGRES = 5;

/** A process that was ended, and its successor once that was ready. */
type Kill = {
  readonly name: 'worker' | 'api' | 'postgres';
  readonly pid: number;
  readonly successor: number | null;
};

/**
 * Kills the worker or the API by SIGKILL, or restarts PostgreSQL as an operator does (its backends end in mid-statement), again and again, until
 * told to stop; returns each.
 */
function killAtRandom(running: RunningStack, random: SeededRandom) {
  const watch = new AbortController();
  const kills: Kill[] = [];
  const killing = (async () => {
    for (let nth = 1; ; nth++) {
      const pauseMs = KILL_AFTER_AT_LEAST_MS + random.integer(KILL_AFTER_UP_TO_MS - KILL_AFTER_AT_LEAST_MS);
      // Broken off once the last customer is served.
      await sleep(pauseMs, undefined, { signal: watch.signal });
      const any = nth % EVERY_NTH_IS_POSTGRES === 2 ? 'postgres' : random.inPercent(60) ? 'worker' : 'api';
      const name = FIRST_KILLS[nth - 1] ?? any;
      const pid = running.stack.kill(name, name === 'postgres' ? 'SIGINT' : 'SIGKILL');
      await running.stack.whenReady(name);
      kills.push({ name, pid, successor: running.stack.info().pids[name] });
    }
  })().catch((error: unknown) => {
    // Of the pause alone: a process that does not come back is a failure of the soak.
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
  });
  return {
    stop: async () => {
      watch.abort();
      await killing;
      return kills;
    },
  };
}

async function countSubmissions(running: RunningStack): Promise<number> {
  const answer = await fetch(`${running.stack.info().model_service_url}/v1/stats`);
  return ((await answer.json()) as { submissions: number }).submissions;
}

function endsOf({ job }: Told): readonly string[] {
  return ((job?.outputs ?? []) as Json[]).map((output) => (output.failure?.code ?? output.state) as string);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
