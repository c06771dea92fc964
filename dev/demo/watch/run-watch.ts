import { setTimeout as sleep } from 'node:timers/promises';
import { FAULT_NAMES, type Act, type FaultName } from '../../../console/sandbox/sandbox-wire.ts';
import { fitLines } from '../../../cli/show/fit-line.ts';
import type { Progress } from '../../progress.ts';
import type { StackInfo } from '../../stack/stack-info.ts';
import { check, type Check } from '../demo-step.ts';
import type { DemoReport, StepReport } from '../run-demo.ts';
import { checkSandboxAccount } from './check-sandbox-account.ts';
import { SandboxDriver } from './sandbox-driver.ts';
import { counted } from '../../../domain/texts/counted.ts';

/** A fault, and all that runs beside it: longer than the sandbox waits for the jobs of an act. */
const ACT_LIMIT_MS = 420_000;
/** So that a person at the page sees one thing before the next. */
const PAUSE_MS = 1_000;
const INDENT = 3;

type WatchStage = {
  readonly sandboxUrl: string;
  readonly info: () => Promise<StackInfo>;
  readonly say: Progress;
  /** Absent: all of them, with a film that is made beside them. */
  readonly faults?: readonly FaultName[];
};

/** Strikes fault after fault while jobs run, tells each as it happens, and proves the ledger at the end. */
export async function runWatch({ sandboxUrl, info, say, faults }: WatchStage): Promise<DemoReport> {
  const driver = new SandboxDriver(sandboxUrl);
  const line: Progress = (text) => {
    say(`${' '.repeat(INDENT)}${fitLines(text, INDENT)}`);
  };
  const { account } = await driver.renewAccount();
  say(`\nAn account for it: ${account.id}, ${String(account.opened_with)} credits.`);
  const film = faults === undefined ? await driver.begin('start_film') : null;
  if (film !== null) say('A film is made beside all of it, in stages.');
  const steps: StepReport[] = [];
  for (const [index, name] of (faults ?? FAULT_NAMES).entries()) {
    steps.push(
      await runStep(name, async () => {
        const act = await driver.begin(name);
        say(`\n${String(index + 1)}. ${act.title}`);
        return checksOf(await driver.follow(act.id, line, ACT_LIMIT_MS), line);
      }),
    );
    await sleep(PAUSE_MS);
  }
  if (film !== null) {
    say(`\n${String(steps.length + 1)}. The film that was made beside them`);
    steps.push(
      await runStep('film', async () =>
        checksOf(await driver.follow(film.id, () => undefined, ACT_LIMIT_MS), line),
      ),
    );
  }
  say(`\n${String(steps.length + 1)}. The ledger`);
  steps.push(await runStep('ledger', async () => checkSandboxAccount(await info(), account, line)));
  for (const { error } of steps) if (error !== null) line(`FAILED: ${error}`);
  return { ok: steps.every(({ ok }) => ok), steps };
}

function checksOf(act: Act, line: Progress): readonly Check[] {
  const { outcome } = act;
  if (outcome === null) throw new Error(act.lines.at(-1) ?? 'nothing is known of it');
  const { jobs, delivered, failed, charged, returned, submitted_twice: twice, open } = outcome;
  line(
    `${counted(jobs, 'job')}: ${String(delivered)} delivered, ${String(failed)} failed. ${String(charged)} charged, ${String(returned)} returned.`,
  );
  return [
    check('jobs that ended', jobs, jobs - open),
    check('submitted twice', 0, twice),
    check('came out', 'right', act.state === 'done' ? 'right' : act.state),
  ];
}

async function runStep(name: string, work: () => Promise<readonly Check[]>): Promise<StepReport> {
  const startedAt = performance.now();
  const report = { name, title: name, figures: {}, files: [] };
  const seconds = () => Math.round((performance.now() - startedAt) / 100) / 10;
  try {
    const checks = await work();
    return { ...report, seconds: seconds(), checks, ok: checks.every(({ ok }) => ok), error: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...report, seconds: seconds(), checks: [], ok: false, error: message };
  }
}
