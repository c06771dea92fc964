import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultName } from '../../console/sandbox/sandbox-wire.ts';
import type { Job } from '../../client/http/wire-types.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { terminateWorkflow } from '../demo/terminate-workflow.ts';
import type { Stack } from '../stack/stack-handle.ts';
import type { SandboxAccount } from './sandbox-account.ts';
import { secondsText, type SandboxSettings } from './sandbox-settings.ts';
import type { WebhookRelay } from './webhook-relay.ts';

/** What a fault works with. */
type FaultScene = {
  readonly stack: Stack;
  readonly account: SandboxAccount;
  readonly relay: WebhookRelay;
  readonly settings: SandboxSettings;
  /** The jobs under way during the fault. */
  readonly jobs: readonly Job[];
  readonly say: (line: string) => void;
  /** Aborted when the sandbox closes: a frozen process then goes on at once. */
  readonly signal: AbortSignal;
};

/** The longest wait for a job to run, to end, or to send its webhook. */
const JOB_LIMIT_MS = 60_000;

/** Performs a fault, and resolves when it is over; the jobs may still be under way. Rejects when it cannot be done. */
export const PERFORM: Readonly<Record<FaultName, (scene: FaultScene) => Promise<void>>> = {
  kill_worker: killWorker,
  freeze_models: (scene) => freeze(scene, 'model_service', 'The model service'),
  freeze_database: (scene) => freeze(scene, 'postgres', 'PostgreSQL'),
  terminate_workflow: terminateOne,
  lose_webhook: loseWebhook,
};

async function killWorker({ stack, say }: FaultScene): Promise<void> {
  const killedAtMs = performance.now();
  const killed = stack.kill('worker', 'SIGKILL');
  say(`Process ${String(killed)}, the worker, is killed (SIGKILL).`);
  await stack.whenReady('worker');
  const { worker } = stack.info().pids;
  say(`Process ${String(worker)} has taken over after ${roundText(performance.now() - killedAtMs)}.`);
}

async function freeze(
  { stack, settings, say, signal }: FaultScene,
  child: 'model_service' | 'postgres',
  name: string,
): Promise<void> {
  await stack.pause(child);
  try {
    say(`${name} stands still (SIGSTOP) for ${secondsText(settings.freezeMs)}.`);
    await sleep(settings.freezeMs, undefined, { signal }).catch(() => undefined);
  } finally {
    await stack.resume(child);
  }
  say('It goes on.');
}

async function terminateOne({ stack, account, jobs, say, signal }: FaultScene): Promise<void> {
  const [job] = jobs;
  if (job === undefined) throw new Error('there is no job to terminate');
  const runs = await account.untilJob(job.id, ({ state }) => state !== 'queued', {
    limitMs: JOB_LIMIT_MS,
    signal,
  });
  if (runs === null) throw new Error(`${job.id} did not begin`);
  const terminatedAtMs = performance.now();
  await terminateWorkflow(stack.info().temporal_address, job.id, 'the sandbox terminates it');
  say(`The workflow of “${titleOf(job)}” is terminated.`);
  const ended = await account.untilJob(job.id, isEnded, { limitMs: JOB_LIMIT_MS, signal });
  if (ended === null) throw new Error(`the credits of ${job.id} did not return`);
  const afterMs = performance.now() - terminatedAtMs;
  say(
    `The reconciler has found it after ${roundText(afterMs)}: ${creditsOf(ended.billing.returned)} returned, ${String(ended.billing.committed)} charged.`,
  );
}

async function loseWebhook({ account, relay, jobs, say, signal }: FaultScene): Promise<void> {
  say('The next webhook of the model service is going to be lost.');
  const jobIds = new Set(jobs.map(({ id }) => id));
  const jobId = await withTimeLimit(JOB_LIMIT_MS, signal, (limited) => relay.loseNext(jobIds, limited));
  const lostAtMs = performance.now();
  const title = titleOf(jobs.find(({ id }) => id === jobId));
  say(`Lost: the word that “${title}” is done.`);
  const ended = await account.untilJob(jobId, isEnded, { limitMs: JOB_LIMIT_MS, signal });
  if (ended === null) throw new Error(`${jobId} did not end`);
  const afterMs = performance.now() - lostAtMs;
  say(
    `Holdfast has asked by itself: it ended ${roundText(afterMs)} later, ${creditsOf(ended.billing.committed)} charged.`,
  );
}

const isEnded = ({ finished_at }: Job) => finished_at !== null;
const titleOf = (job: Job | undefined) => job?.title ?? 'a job';
const roundText = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const creditsOf = (count: number) => `${String(count)} credits`;
