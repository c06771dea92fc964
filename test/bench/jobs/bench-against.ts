import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { median } from '../median.ts';
import { clientFileOf } from './checkout-client.ts';
import type { CheckoutReply, RunJobs } from './checkout-process.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const IN_FLIGHT = 48;
const JOBS_PER_RUN = 240;
const PAIRS = 7;

export type AgainstReport = {
  readonly ratios: { readonly jobs_over_other: number };
  /** One figure per run: this checkout's, and the other's. */
  readonly jobs_per_second: readonly number[];
  readonly other_per_second: readonly number[];
};

/**
 * Jobs end to end of this checkout against those of another (an older commit in a worktree, with its node_modules): a stack of
 * its own for each, by its own code, in turns, each pair begun by the other of the two. The median of the pairs' ratios.
 */
export async function benchAgainst(
  progress: (line: string) => void,
  otherCheckout: string,
  jobsPerRun = JOBS_PER_RUN,
): Promise<AgainstReport> {
  clientFileOf(path.resolve(otherCheckout));
  progress('starting a stack of each checkout');
  const ours = await startSide(CHECKOUT, 'bench-ours', jobsPerRun);
  const other = await startSide(path.resolve(otherCheckout), 'bench-other', jobsPerRun).catch(
    async (error: unknown) => {
      await ours.stop();
      throw error;
    },
  );
  try {
    progress('warming up');
    await ours.run();
    await other.run();
    const jobs: number[] = [];
    const others: number[] = [];
    for (let pair = 1; pair <= PAIRS; pair++) {
      if (pair % 2 === 1) {
        jobs.push(await ours.run());
        others.push(await other.run());
      } else {
        others.push(await other.run());
        jobs.push(await ours.run());
      }
      progress(
        `pair ${String(pair)} of ${String(PAIRS)}: ${jobs.at(-1)?.toFixed(1) ?? ''} jobs/s, the other ${others.at(-1)?.toFixed(1) ?? ''}`,
      );
    }
    return {
      ratios: { jobs_over_other: median(jobs.map((rate, pair) => rate / (others[pair] ?? Number.NaN))) },
      jobs_per_second: jobs,
      other_per_second: others,
    };
  } finally {
    await Promise.all([ours.stop(), other.stop()]);
  }
}

type Side = {
  /** Jobs per second. */
  readonly run: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

async function startSide(checkout: string, name: string, count: number): Promise<Side> {
  const { home, remove } = await makeTemporaryHome(name);
  const child = fork(path.join(import.meta.dirname, 'checkout-process.ts'), [checkout, home], {
    cwd: checkout,
    execArgv: ['--import', 'tsx'],
  });
  await replyOf(child);
  return {
    run: async () => {
      child.send({ count, inFlight: IN_FLIGHT } satisfies RunJobs);
      const reply = await replyOf(child);
      if (!('jobsPerSecond' in reply)) throw new Error('a checkout replied out of turn');
      return reply.jobsPerSecond;
    },
    stop: async () => {
      const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      if (child.connected) child.disconnect();
      await ended;
      await remove();
    },
  };
}

/** The next message of a child. Throws when it ends instead: what it could not do is on its stderr. */
async function replyOf(child: ChildProcess): Promise<CheckoutReply> {
  const waiting = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: waiting.signal }).then(([message]) => message as CheckoutReply),
      once(child, 'exit', { signal: waiting.signal }).then(([code]) => {
        throw new Error(`the process of a checkout ended with code ${String(code)}`);
      }),
    ]);
  } finally {
    waiting.abort();
  }
}
