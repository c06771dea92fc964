import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT_CODE } from '../../cli/exit-codes.ts';
import type { DevConfig } from '../dev-config.ts';
import { abortOnSignal } from '../end-on-signal.ts';
import type { Progress } from '../progress.ts';
import { readRunningStack, type StackInfo } from '../stack/stack-info.ts';
import { startHomeStack } from '../start-home-stack.ts';

export type UsedStack = {
  readonly info: () => Promise<StackInfo>;
  /** Never the worker of a stack that others use, unless they agree. */
  readonly mayKillWorker: boolean;
  readonly whenInterrupted: Promise<never>;
  readonly leave: () => Promise<void>;
};

/** The running stack of this home, or one that is started here and ended by `leave`. */
export async function useStack(
  config: DevConfig,
  options: {
    readonly say: Progress;
    /** Asked before the worker of a running stack may be killed. */
    readonly question: string;
    readonly hasAgreed: boolean;
  },
): Promise<UsedStack> {
  const { say } = options;
  const ending = abortOnSignal();
  const whenInterrupted = new Promise<never>((_resolve, reject) => {
    ending.addEventListener('abort', () => {
      reject(new CommandError('demo: interrupted', EXIT_CODE.failed));
    });
  });
  whenInterrupted.catch(() => undefined);
  const running = await readRunningStack(config.home);
  if (running !== null) {
    say(`Using the stack that is running in ${config.home}.`);
    const info = async () => (await readRunningStack(config.home)) ?? running;
    const mayKillWorker = options.hasAgreed || (await agrees(options.question, ending));
    return { info, mayKillWorker, whenInterrupted, leave: () => Promise.resolve() };
  }
  say(`Starting a stack: PostgreSQL, Temporal, a model service, a worker, the API …\n   · in ${config.home}`);
  const startedAt = performance.now();
  const stack = await startHomeStack(config, {
    signal: ending,
    onNote: (note) => {
      say(`   · ${note}`);
    },
  });
  say(`It is up after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`);
  return {
    info: () => Promise.resolve(stack.info()),
    mayKillWorker: true,
    whenInterrupted,
    leave: stack.stop,
  };
}

/** Asks at a terminal; without one, the answer is no. */
async function agrees(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that is being read passes Ctrl-C on as a key.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
