import { workflowIdOf } from '../../../domain/ids.ts';
import type { Answer, Json, RunningStack } from '../../integration/running-stack.ts';
import type { Sabotage, SoakJob } from './job-mix.ts';
import type { Saboteur } from './saboteur.ts';

/** What became of a job, as its customer was told. */
export type Told = SoakJob & {
  readonly accountId: string;
  readonly status: number;
  /** Date.now() when it was submitted, and when its end was seen. */
  readonly from: number;
  readonly to: number;
  /** The job as it was read last; null when it was refused. */
  readonly job: Json;
};

/** Before a call without a response is made again. */
const PAUSE_MS = 250;
/** From one look at a job to the next: four dozen customers who look more often are a load of their own. */
const LOOK_EVERY_MS = 1_000;
/** Longer than a killed process needs to come back, many times over. */
const GIVE_UP_AFTER_MS = 300_000;
const ENDED_UNADMITTED = 409;
/** The errors that a caller may get while a process is down. The caller sends the same call again. */
const COME_AGAIN: ReadonlySet<number> = new Set([502, 503, 504]);

/** Submits a job, cancels it when that is its lot, and reads it to its end, whichever process dies meanwhile. */
export async function runJob(
  running: RunningStack,
  accountId: string,
  soakJob: SoakJob,
  saboteur: Saboteur,
  onRetry: () => void,
): Promise<Told> {
  const insist = (call: () => Promise<Answer>) => persist(call, onRetry);
  const { body, cancelAfterMs, sabotage } = soakJob;
  let { key } = soakJob;
  const from = Date.now();
  const submit = () => insist(() => running.submit(accountId, body, { key }));
  let answer = await submit();
  // Not admitted within its minute, so ended: it asks for another key.
  while (answer.status === ENDED_UNADMITTED && Date.now() < from + GIVE_UP_AFTER_MS) {
    onRetry();
    key += '-again';
    answer = await submit();
  }
  const told = { ...soakJob, accountId, status: answer.status, from, to: from };
  const jobId = answer.body.id as string | undefined;
  if (answer.status >= 300 || jobId === undefined) return { ...told, job: null };
  const sabotaged = sabotage === null ? null : sabotageWorkflow(saboteur, jobId, answer.body, sabotage);
  if (cancelAfterMs !== null) {
    await pause(cancelAfterMs);
    const headers = { 'idempotency-key': `${key}-cancel` };
    await insist(() => running.call('POST', `/v1/jobs/${jobId}/cancel`, { account: accountId, headers }));
  }
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const { body: job } = await insist(() =>
      running.call('GET', `/v1/jobs/${jobId}`, { account: accountId }),
    );
    if (job.finished_at !== null || Date.now() > giveUpAt) {
      await sabotaged;
      return { ...told, to: Date.now(), job };
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function sabotageWorkflow(
  saboteur: Saboteur,
  jobId: string,
  job: Json,
  sabotage: Sabotage,
): Promise<void> {
  await pause(sabotage.afterMs);
  const outputs = (job.outputs as readonly Json[]).map(({ id }) => id as string);
  // The only output of a job has no workflow of its own.
  const ofOutputs = outputs.length === 1 ? [] : outputs;
  await saboteur.sabotageWorkflow([workflowIdOf(jobId), ...ofOutputs], sabotage);
}

/** A call again and again under its key, until there is a response. */
async function persist(call: () => Promise<Answer>, onRetry: () => void): Promise<Answer> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      const answer = await call();
      if (!COME_AGAIN.has(answer.status)) return answer;
    } catch (error) {
      if (Date.now() > giveUpAt) throw error;
    }
    onRetry();
    await pause(PAUSE_MS);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
