import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startStack } from '../../../dev/stack/start-stack.ts';
import type { StackInfo } from '../../../dev/stack/stack-info.ts';
import { reconcile } from '../../../ledger/reconcile.ts';
import { percentile } from '../../bench/percentile.ts';
import { openBenchAccount } from '../../bench/jobs/bench-account.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { showChecks } from '../show-checks.ts';
import type { SoakCheck, SoakReport } from '../soak-check.ts';

/** Submitted and waited for at once, to find what the machine can do. */
const CLOSED_LOOP = 8;
/** Of what it can do at most: what it can do for good. */
const SUSTAINABLE_SHARE = 0.6;
const OVERLOAD = 3;
/** What a burst may be queued: until then an overload is one (api/jobs/admission-queue.ts). */
const RAMP_MS = 15_000;
const MAX_SLOWDOWN = 3;
const MAX_GROWTH = 1.25;
const SAMPLE_MS = 500;
const END_WITHIN_MS = 180_000;

export type ApiSoakReport = SoakReport & {
  readonly jobs_per_second: number;
  readonly sustainable_per_second: number;
  readonly sustainable_p99_ms: number;
  readonly overload_per_second: number;
  readonly overload_p99_ms: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly rss_mib: readonly number[];
};

type Answer = {
  readonly atMs: number;
  readonly tookMs: number;
  readonly status: number;
  readonly retryAfter: boolean;
};

/** POST /v1/jobs at a rate that can be sustained, then at three times that: what is admitted, how soon, and what is refused how. */
export async function soakApi(options: {
  readonly seconds: number;
  readonly seed: number;
  readonly progress: (line: string) => void;
}): Promise<ApiSoakReport> {
  const { seconds, progress } = options;
  const { home, remove } = await makeTemporaryHome('soak-api');
  progress('starting a stack');
  const stack = await startStack({ home, ports: 'free', modelMode: 'instant' });
  const info = stack.info();
  const owner = new pg.Pool({ connectionString: info.database_owner_url, max: 2 });
  try {
    const accountId = await openBenchAccount(info);
    const submit = () => submitOne(info, accountId);
    progress('finding what this machine can do');
    await runClosed(owner, submit, seconds / 4);
    const jobsPerSecond = await runClosed(owner, submit, seconds / 2);
    const sustainable = jobsPerSecond * SUSTAINABLE_SHARE;
    progress(`${jobsPerSecond.toFixed(1)} jobs a second; ${sustainable.toFixed(1)} for good`);
    const calm = await submitAtRate(submit, sustainable, seconds * 1_000);
    await untilEnded(owner);
    const rss: number[] = [];
    const pid = info.pids.api ?? process.pid;
    const sampling = setInterval(() => void rssOf(pid).then((mib) => rss.push(mib)), SAMPLE_MS);
    progress(`${(sustainable * OVERLOAD).toFixed(1)} a second`);
    const flood = await submitAtRate(submit, sustainable * OVERLOAD, RAMP_MS + seconds * 1_000);
    clearInterval(sampling);
    progress('waiting for every admitted job to end');
    const open = await untilEnded(owner);
    const steady = flood.filter(({ atMs }) => atMs > RAMP_MS);
    const calmP99 = percentile(tookOf(calm), 0.99);
    const floodP99 = percentile(tookOf(steady), 0.99);
    const refused = flood.filter(({ status }) => status !== 202);
    const half = rss.slice(Math.floor(rss.length / 2));
    const checks: readonly SoakCheck[] = [
      checkOf('at the sustainable rate everything is admitted', calm, ({ status }) => status === 202),
      checkOf(
        'beyond it what is refused is 429 or 503 with Retry-After',
        refused,
        ({ status, retryAfter }) => (status === 429 || status === 503) && retryAfter,
      ),
      checkOf('something is refused', [refused.length], (count) => count > 0),
      checkOf(
        `what is admitted then has a p99 below ${String(MAX_SLOWDOWN)} times the p99 before`,
        [floodP99 / calmP99],
        (ratio) => ratio < MAX_SLOWDOWN,
      ),
      checkOf(
        'memory is flat',
        [Math.max(...half) / Math.max(...rss.slice(0, half.length))],
        (growth) => growth < MAX_GROWTH,
      ),
      checkOf('every admitted job ended', [open], (count) => count === 0),
      checkOf('the ledger is sound', [(await reconcile(owner)).length], (faults) => faults === 0),
    ];
    return {
      seed: options.seed,
      checks,
      jobs_per_second: jobsPerSecond,
      sustainable_per_second: sustainable,
      sustainable_p99_ms: calmP99,
      overload_per_second: sustainable * OVERLOAD,
      overload_p99_ms: floodP99,
      statuses: countBy(flood),
      rss_mib: rss,
    };
  } finally {
    await owner.end();
    await stack.stop();
    await remove();
  }
}

export function showApiSoak(report: ApiSoakReport): string {
  const ms = (figure: number) => `${figure.toFixed(0)} ms`;
  return [
    `${report.jobs_per_second.toFixed(1)} jobs a second at most; sustained ${report.sustainable_per_second.toFixed(1)}: p99 ${ms(report.sustainable_p99_ms)}`,
    `overload ${report.overload_per_second.toFixed(1)} a second: p99 of what was admitted ${ms(report.overload_p99_ms)}; responses ${JSON.stringify(report.statuses)}`,
    `memory of the API ${Math.min(...report.rss_mib).toFixed(0)} to ${Math.max(...report.rss_mib).toFixed(0)} MiB`,
    showChecks(report.checks),
  ].join('\n');
}

async function submitOne(info: StackInfo, accountId: string): Promise<Omit<Answer, 'atMs'>> {
  const startedAt = performance.now();
  const key = randomUUID();
  const response = await fetch(`${info.api_url}/v1/jobs`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${info.platform_key}`,
      'holdfast-account': accountId,
      'idempotency-key': key,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ kind: 'static_ad', brief: { headline: key } }),
  });
  await response.arrayBuffer();
  return {
    tookMs: performance.now() - startedAt,
    status: response.status,
    retryAfter: response.headers.has('retry-after'),
  };
}

/** Submits, some at a time, as fast as jobs end; returns jobs per second. */
async function runClosed(
  owner: pg.Pool,
  submit: () => Promise<Omit<Answer, 'atMs'>>,
  seconds: number,
): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: CLOSED_LOOP }, async () => {
      while (performance.now() - startedAt < seconds * 1_000) {
        await submit();
        done += 1;
        // No more under way than at once: what ends is what counts.
        while ((await openJobs(owner)) >= CLOSED_LOOP) await sleep(20);
      }
    }),
  );
  await untilEnded(owner);
  return done / ((performance.now() - startedAt) / 1_000);
}

/** Submits at a rate, whatever becomes of what was submitted before. */
async function submitAtRate(
  submit: () => Promise<Omit<Answer, 'atMs'>>,
  perSecond: number,
  durationMs: number,
): Promise<readonly Answer[]> {
  const startedAt = performance.now();
  const answers: Promise<Answer>[] = [];
  for (let n = 0; (n / perSecond) * 1_000 < durationMs; n += 1) {
    const atMs = (n / perSecond) * 1_000;
    await sleep(Math.max(0, atMs - (performance.now() - startedAt)));
    answers.push(submit().then((answer) => ({ ...answer, atMs })));
  }
  return Promise.all(answers);
}

async function openJobs(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query<{ open: number }>(
    'SELECT count(*)::int AS open FROM jobs.jobs WHERE finished_at IS NULL',
  );
  return rows[0]?.open ?? 0;
}

/** Waits for every job to end, for a while; returns how many have not. */
async function untilEnded(owner: pg.Pool): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const open = await openJobs(owner);
    if (open === 0 || performance.now() - startedAt > END_WITHIN_MS) return open;
    await sleep(200);
  }
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}

function tookOf(answers: readonly Answer[]): readonly number[] {
  return answers.filter(({ status }) => status === 202).map(({ tookMs }) => tookMs);
}

function countBy(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  return counts;
}

function checkOf<Row>(name: string, rows: readonly Row[], holds: (row: Row) => boolean): SoakCheck {
  const broken = rows.filter((row) => !holds(row));
  return { name, rows: rows.length, violations: broken.length, examples: broken.slice(0, 3) };
}
