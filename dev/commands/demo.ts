import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runDemo, type DemoReport } from '../demo/run-demo.ts';
import type { DevConfig } from '../dev-config.ts';
import { abortOnSignal } from '../end-on-signal.ts';
import { CommandError, EXIT_CODE } from '../../cli/exit-codes.ts';
import type { Progress } from '../progress.ts';
import { readRunningStack, type StackInfo } from '../stack/stack-info.ts';
import { startHomeStack } from '../start-home-stack.ts';
import { temporalJobsUrl } from '../temporal-jobs-url.ts';
import { formatTable, printJson, printLine, printProgress } from '../../cli/show/terminal.ts';

export type DemoOptions = { readonly json: boolean; readonly killWorker: boolean };

/**
 * `holdfast demo`: on the running stack of this home, or else on one that it starts there and ends afterwards. Exit
 * code 1 when a step came out otherwise than it should, naming the step.
 */
export async function runDemoCommand(config: DevConfig, options: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const say: Progress = options.json ? printProgress : printLine;
  const stack = await useStack(config, say, options);
  let report: DemoReport;
  const info = await stack.info();
  try {
    const { info: readInfo, mayKillWorker } = stack;
    report = await Promise.race([runDemo({ info: readInfo, say, mayKillWorker }), stack.whenInterrupted]);
  } finally {
    await stack.leave();
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const figures = { seconds, temporal_ui_url: info.temporal_ui_url, ...report };
  if (options.json) printJson(figures);
  else printReport(report, info, seconds);
  const failed = report.steps.filter((step) => !step.ok).map((step) => step.name);
  if (failed.length > 0) throw new CommandError(`demo: failed at ${failed.join(', ')}`, EXIT_CODE.failed);
}

type UsedStack = {
  readonly info: () => Promise<StackInfo>;
  /** Not of a stack that others use, unless they have agreed. */
  readonly mayKillWorker: boolean;
  readonly whenInterrupted: Promise<never>;
  readonly leave: () => Promise<void>;
};

async function useStack(config: DevConfig, say: Progress, options: DemoOptions): Promise<UsedStack> {
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
    const mayKillWorker = options.killWorker || (await agreesToKill(ending));
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

const KILL_QUESTION =
  'One step kills the worker of this stack with SIGKILL; the stack starts it again, and jobs go on. Do it? [y/N] ';

/** Asks at a terminal; without one, the answer is no. */
async function agreesToKill(signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that is being read hands Ctrl-C on as a key.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(es)?$/i.test((await terminal.question(KILL_QUESTION, { signal })).trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

function printReport(report: DemoReport, info: StackInfo, seconds: number): void {
  const rows = report.steps.flatMap((step) => [
    [step.name, '', '', ''],
    ...step.checks.map((check) => [
      `  ${check.what}`,
      shorten(check.expected),
      shorten(check.actual),
      check.ok ? 'ok' : 'NOT OK',
    ]),
    ...(step.error === null ? [] : [[`  ${shorten(step.error)}`, '', '', 'FAILED']]),
  ]);
  printLine(`\n${formatTable(['checked', 'expected', 'found', ''], rows)}\n`);
  for (const file of report.steps.flatMap((step) => step.files)) {
    printLine(`${file.endsWith('.mp4') ? 'Film' : 'Picture'}: ${path.relative(process.cwd(), file)}`);
  }
  const jobsUrl = temporalJobsUrl(info);
  if (jobsUrl !== null) {
    printLine('These jobs in Temporal UI, while a stack runs (npm start keeps one up):');
    printLine(`  ${jobsUrl}`);
  }
  printLine(
    `${report.ok ? 'Everything came out as it should' : 'Something did NOT come out as it should'}, in ${String(seconds)} s.`,
  );
}

/** Job ids and checksums would make the table wider than a terminal. */
function shorten(text: string): string {
  const LONGEST = 18;
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}
