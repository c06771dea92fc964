import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClosableProxy } from '../../harness/closable-proxy.ts';
import { startRunningStack, type RunningStack } from '../../integration/running-stack.ts';
import { GENERIC } from '../../providers/contract/subjects.ts';
import { startSimulatedService, type SimulatedService } from '../../services/simulated-service.ts';
import { check } from '../jobs/jobs-soak-checks.ts';
import { seededRandom, type SeededRandom } from '../soak-random.ts';
import type { AwaySoakReport } from './away-soak-report.ts';

const CATALOGUE = path.join(import.meta.dirname, '../jobs/soak-catalogue.mjs');
const PICTURE = path.join(import.meta.dirname, '../../../model-service/prepared/picture.png');

const AWAY_SECONDS = 10 * 60;
const RUN_MS = 500;
const IN_FLIGHT = 8;
/** Of jobs, by account: the first sends most of them, and before the others. */
const SHARES = [0.7, 0.2, 0.1] as const;
const CREDITS_PER_ACCOUNT = 1_000_000;
const LOOK_EVERY_MS = 500;
const TELL_EVERY_MS = 15_000;
/** Past the return of the service. */
const DRAINED_WITHIN_MS = 10 * 60_000;

export type SoakAwayOptions = {
  readonly count: number;
  /** For how long the service is away. */
  readonly seconds?: number | undefined;
  readonly seed: number;
  readonly progress: (line: string) => void;
};

type AwayJob = { readonly account: number; readonly id: string };

/**
 * A service that is gone for ten minutes while jobs come in: the port of its address refuses every connection. Its models may be waited for
 * longer than that, so that no job may be lost; once it is back the line drains in the order of accounts.
 */
export async function soakAway({
  count,
  seconds = AWAY_SECONDS,
  seed,
  progress,
}: SoakAwayOptions): Promise<AwaySoakReport> {
  const awayMs = seconds * 1_000;
  const service = await startSimulatedService({
    ...{ dialect: GENERIC.dialect, play: () => ({ runMs: RUN_MS, end: 'succeeded' }) as const },
    result: { content: await readFile(PICTURE), contentType: 'image/png' },
  });
  const proxy = await createClosableProxy();
  proxy.forwardTo(service.url);
  progress('starting a stack');
  const settings = { GPU_SERVICE_URL: proxy.url };
  const running = await startRunningStack(0, {
    cataloguePath: CATALOGUE,
    apiEnv: settings,
    workerEnv: {
      ...settings,
      GPU_SERVICE_API_KEY: 'soak',
      PROVIDER_LIMITS: `gpu in_flight=${String(IN_FLIGHT)}`,
    },
  });
  try {
    const accounts = await Promise.all(SHARES.map(() => openAccount(running)));
    await proxy.close();
    const awayFrom = Date.now();
    progress(`the service is away for ${String(seconds)} s`);
    const breakers = watchBreakers(running);
    const jobs = await submitMeanwhile(running, {
      accounts,
      count,
      awayMs,
      random: seededRandom(seed),
      progress,
    });
    await sleep(Math.max(0, awayFrom + awayMs - Date.now()));
    const submittedWhileAway = service.runs().length;
    await proxy.reopen();
    const backAt = Date.now();
    progress('the service is back');
    const ends = await untilDrained(running, count, progress);
    const opened = await breakers.stop();
    const order = wireOrderOf(service, jobs);
    return {
      seed,
      jobs: count,
      away_seconds: (backAt - awayFrom) / 1_000,
      drained_seconds: (Date.now() - backAt) / 1_000,
      breaker_opened: opened.times,
      jobs_by_state: ends,
      last_place_by_account: SHARES.map((_, account) => order.lastIndexOf(account) + 1),
      checks: [
        check('nothing ran while the service was away', [submittedWhileAway], (runs) => runs === 0),
        check('no job that had time left was lost', [ends], (states) => states['succeeded'] === count),
        check('each job was submitted once', [order.length], (runs) => runs === count),
        check('the breaker opened once', [opened.times], (times) => times === 1),
        check('the breaker is closed', [opened.isOpen], (isOpen) => !isOpen),
        check(
          'the line drained in the order of accounts',
          foreseenPlaces(jobs, order),
          ({ last, most }) => last <= most,
        ),
        check('reconcile finds nothing', await running.reconcile(), () => false),
      ],
    };
  } finally {
    await running.close();
    await proxy.close().catch(() => undefined);
    await service.close();
  }
}

async function openAccount(running: RunningStack): Promise<string> {
  const account = await running.openAccount();
  const body = { source: 'top_up', credits: CREDITS_PER_ACCOUNT, reference: account, reason: 'soak' };
  const { status } = await running.call('POST', `/v1/accounts/${account}/grants`, { body });
  if (status !== 201) throw new Error(`no credits: ${String(status)}`);
  return account;
}

/** Over the first half of the time that the service is away; the account with most of them first. */
async function submitMeanwhile(
  running: RunningStack,
  {
    accounts,
    count,
    awayMs,
    random,
    progress,
  }: {
    readonly accounts: readonly string[];
    readonly count: number;
    readonly awayMs: number;
    readonly random: SeededRandom;
    readonly progress: (line: string) => void;
  },
): Promise<readonly AwayJob[]> {
  const jobs: AwayJob[] = [];
  const pauseMs = awayMs / 2 / count;
  for (const [account, share] of SHARES.entries()) {
    const isLast = account === SHARES.length - 1;
    const until = isLast ? count : jobs.length + Math.round(share * count);
    while (jobs.length < until) {
      const headline = `Away ${String(jobs.length)}`;
      const body = { kind: 'static_ad', model: 'soak/patient', brief: { headline } };
      const { status, body: job } = await running.submit(accounts[account] ?? '', body);
      if (status !== 202) throw new Error(`a job of the soak is refused: ${JSON.stringify(job)}`);
      jobs.push({ account, id: (job as { readonly id: string }).id });
      await sleep(random.integer(2 * Math.ceil(pauseMs)));
    }
    progress(`${String(jobs.length)} of ${String(count)} jobs are submitted`);
  }
  return jobs;
}

function watchBreakers(running: RunningStack) {
  const openedAt = new Set<number>();
  const watch = new AbortController();
  const look = async (): Promise<boolean> => {
    const rows = await running.rows<{ opened_at: Date }>('SELECT opened_at FROM jobs.read_models(true)');
    for (const { opened_at: at } of rows) openedAt.add(at.getTime());
    return rows.length > 0;
  };
  const watching = (async () => {
    while (!watch.signal.aborted) {
      await look();
      await sleep(LOOK_EVERY_MS);
    }
  })();
  return {
    async stop() {
      watch.abort();
      await watching;
      return { isOpen: await look(), times: openedAt.size };
    },
  };
}

async function untilDrained(
  running: RunningStack,
  count: number,
  progress: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const giveUpAt = Date.now() + DRAINED_WITHIN_MS;
  for (let toldAt = 0; ;) {
    await sleep(LOOK_EVERY_MS);
    const rows = await running.rows<{ state: string; jobs: number; ended: boolean }>(
      'SELECT state, count(*)::int AS jobs, bool_and(finished_at IS NOT NULL) AS ended FROM jobs.jobs GROUP BY state',
    );
    const ended = rows.filter((row) => row.ended).reduce((sum, row) => sum + row.jobs, 0);
    if (ended === count || Date.now() > giveUpAt)
      return Object.fromEntries(rows.map((row) => [row.state, row.jobs]));
    if (Date.now() - toldAt > TELL_EVERY_MS) {
      progress(`${String(ended)} of ${String(count)} jobs have ended`);
      toldAt = Date.now();
    }
  }
}

/** Whose each submission was, in the order in which the service took them. */
function wireOrderOf(service: SimulatedService, jobs: readonly AwayJob[]): readonly number[] {
  const accounts = new Map(jobs.map(({ id, account }) => [id.replace('job_', 'att_'), account]));
  return service.runs().map(({ reference }) => accounts.get(reference?.split('_0_')[0] ?? '') ?? -1);
}

/**
 * Where the last job of each account is to be at most: while several accounts wait, each has its turn. Those whose turn it is look twice a
 * second, so that as many as may be in flight change places.
 */
function foreseenPlaces(jobs: readonly AwayJob[], order: readonly number[]) {
  const of = (account: number) => jobs.filter((job) => job.account === account).length;
  return SHARES.map((_, account) => {
    const before = SHARES.reduce((sum, _share, other) => sum + Math.min(of(other), of(account)), 0);
    return { account, last: order.lastIndexOf(account) + 1, most: before + IN_FLIGHT };
  });
}
