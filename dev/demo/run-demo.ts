import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../progress.ts';
import type { StackInfo } from '../stack/stack-info.ts';
import { DemoApi, type JobBody } from './demo-api.ts';
import { deliverStaticAd } from './deliver-static-ad.ts';
import type { Check, DemoScene, DemoStep, Figures } from './demo-step.ts';
import { checkLedger } from './check-ledger.ts';
import { renderVideoAd } from './render-video-ad.ts';
import { returnCreditsOfFailures } from './return-credits-of-failures.ts';
import { returnCreditsOfTerminated } from './return-credits-of-terminated.ts';
import { surviveWorkerKill } from './survive-worker-kill.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const STEPS = [deliverStaticAd, returnCreditsOfFailures, surviveWorkerKill, returnCreditsOfTerminated];

export type StepReport = {
  readonly name: string;
  readonly title: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly checks: readonly Check[];
  readonly figures: Figures;
  readonly files: readonly string[];
  readonly error: string | null;
};

export type DemoReport = { readonly ok: boolean; readonly steps: readonly StepReport[] };

/** What the demo plays on. */
type DemoStage = {
  readonly info: () => Promise<StackInfo>;
  readonly say: Progress;
  /** False: the step that kills the stack's worker is left out. */
  readonly mayKillWorker: boolean;
};

/** Plays the steps one after the other, the video beside them. A step that fails does not stop the rest. */
export async function runDemo({ info, say, mayKillWorker }: DemoStage): Promise<DemoReport> {
  const { api_url, platform_key } = await info();
  const api = new DemoApi(api_url, platform_key);
  const out = path.join(CHECKOUT, 'out');
  await mkdir(out, { recursive: true });
  const [briefs, account, videoAccount] = await Promise.all([
    readBriefs(),
    openAccount(api, 'Demo: static ads'),
    openAccount(api, 'Demo: video'),
  ]);
  const scene: DemoScene = { api, info, account, briefs, out, say };
  say(`\nTwo accounts, with 1,000 credits each:`);
  say(`   ${account}  for the steps`);
  say(`   ${videoAccount}  for the video that renders beside them`);
  const video = runStep(renderVideoAd, { ...scene, account: videoAccount });
  const reports: StepReport[] = [];
  for (const [index, step] of STEPS.entries()) {
    say(`\n${String(index + 1)}. ${step.title}`);
    if (step === surviveWorkerKill && !mayKillWorker) {
      say('   left out: the worker of a running stack is not killed unasked (--kill-worker)');
      continue;
    }
    reports.push(await runStep(step, scene));
  }
  say(`\n${String(STEPS.length + 1)}. ${renderVideoAd.title}`);
  const film = await video;
  if (film.ok) say(`   ${String(film.figures['video'])}, rendered beside the steps above`);
  reports.push(film);
  say(`\n${String(STEPS.length + 2)}. ${checkLedger.title}`);
  reports.push(await runStep(checkLedger, scene));
  return { ok: reports.every((report) => report.ok), steps: reports };
}

async function runStep(step: DemoStep, scene: DemoScene): Promise<StepReport> {
  const startedAt = performance.now();
  const report = (
    outcome: Pick<StepReport, 'ok' | 'checks' | 'figures' | 'files' | 'error'>,
  ): StepReport => ({
    name: step.name,
    title: step.title,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    ...outcome,
  });
  try {
    const outcome = await step.run(scene);
    return report({ ...outcome, ok: outcome.checks.every((check) => check.ok), error: null });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scene.say(`   ${step.name} failed: ${message}`);
    return report({ ok: false, checks: [], figures: {}, files: [], error: message });
  }
}

async function openAccount(api: DemoApi, name: string): Promise<string> {
  return (await api.openAccount(name, `demo-${randomUUID()}`)).id;
}

async function readBriefs(): Promise<DemoScene['briefs']> {
  const read = async (file: string) =>
    JSON.parse(await readFile(path.join(CHECKOUT, 'examples', 'jobs', file), 'utf8')) as JobBody;
  return { staticAd: await read('static-ad.json'), videoAd: await read('video-ad.json') };
}
