import path from 'node:path';
import { runDemo, type DemoReport } from '../demo/run-demo.ts';
import { openInBrowser } from '../demo/watch/open-in-browser.ts';
import { runWatch } from '../demo/watch/run-watch.ts';
import type { DevConfig } from '../dev-config.ts';
import { CommandError, EXIT_CODE } from '../../cli/exit-codes.ts';
import type { Progress } from '../progress.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import { temporalJobsUrl } from '../temporal-jobs-url.ts';
import { useStack, type UsedStack } from './use-stack.ts';
import { formatTable, printJson, printLine, printProgress } from '../../cli/show/terminal.ts';

export type DemoOptions = {
  readonly json: boolean;
  readonly killWorker: boolean;
  /** Runs the faults of the sandbox page instead of the steps. */
  readonly watch: boolean;
};

/**
 * `holdfast demo`: on the running stack of this home, or on one that it starts and ends. Exit code 1 when a step
 * failed, with its name.
 */
export async function runDemoCommand(config: DevConfig, options: DemoOptions): Promise<void> {
  const startedAt = performance.now();
  const say: Progress = options.json ? printProgress : printLine;
  const question = options.watch ? STRIKE_QUESTION : KILL_QUESTION;
  const stack = await useStack(config, { say, question, hasAgreed: options.killWorker });
  let report: DemoReport;
  const info = await stack.info();
  try {
    const { info: readInfo, mayKillWorker } = stack;
    const playing = options.watch
      ? watch(config, stack, say)
      : runDemo({ info: readInfo, say, mayKillWorker });
    report = await Promise.race([playing, stack.whenInterrupted]);
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

const KILL_QUESTION =
  'One step kills the worker of this stack with SIGKILL; the stack starts it again, and jobs go on. Do it? [y/N] ';
const STRIKE_QUESTION =
  'This kills the worker of this stack, and freezes its model service and PostgreSQL for a while. Do it? [y/N] ';

/** Opens the sandbox page where there is a desktop, and runs fault after fault. */
async function watch(config: DevConfig, stack: UsedStack, say: Progress): Promise<DemoReport> {
  const { sandbox_url: url } = await stack.info();
  if (url === null)
    throw new CommandError('demo: this stack has no sandbox (NODE_ENV=production)', EXIT_CODE.failed);
  if (!stack.mayKillWorker) {
    throw new CommandError(
      'demo: the parts of a running stack are not struck unasked (--kill-worker)',
      EXIT_CODE.failed,
    );
  }
  say(`\nWatch it here:\n   ${url}`);
  if (config.hasDesktop) openInBrowser(url);
  return runWatch({ sandboxUrl: url, info: stack.info, say });
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
