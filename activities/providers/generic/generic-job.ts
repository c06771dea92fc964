import { z } from 'zod';
import type { ErrorClass } from '../../../domain/work/rejections.ts';
import { beside, cost, fraction, jobId, queuePosition, stageName } from '../http/answer-fields.ts';
import type { PollResult, ResultFile, RunCost } from '../provider.ts';

/** A picture takes a fast service 0.2 s, a draft film 4 s: more polls than this only cost its CPU. */
export const POLL_INTERVAL_MS = 200;

/** Each job in front means another wait; asking ten thousand waiting jobs five times a second would be the load. */
const PER_QUEUE_POSITION_MS = 20;
const MAX_QUEUE_INTERVAL_MS = 5_000;

/** Whether its address is one that a result may lie at is for its fetch to find out. */
const FILE = z.object({
  url: z.string(),
  bytes: beside(z.int().nonnegative()),
  sha256: beside(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/i)
      .toLowerCase(),
  ),
});

/** More than a job has, and no more than are looked at. */
const MAX_FILES = 100;

/** Statuses stay an open list, and all but id and status is optional: fields may be missing, or others, in a version not seen yet. */
const JOB = z.object({
  id: jobId,
  reference: beside(z.string()),
  status: z.string(),
  queue_position: beside(queuePosition),
  progress: beside(z.object({ stage: beside(stageName), fraction: beside(fraction) })),
  error: beside(z.object({ code: z.string() })),
  output: beside(z.array(z.unknown())),
  metrics: beside(z.object({ billed: beside(z.boolean()), cost: beside(cost) })),
});

const LIST = z.object({ data: z.array(JOB) });

export type GenericJob = z.infer<typeof JOB>;

/** Reads a job; null when it is not one. */
export function parseJob(body: unknown): GenericJob | null {
  return JOB.safeParse(body).data ?? null;
}

/** Reads the answer of a look-up; null when it is not one, which proves nothing. */
export function parseJobs(body: unknown): readonly GenericJob[] | null {
  return LIST.safeParse(body).data?.data ?? null;
}

/** The service's states in our words. A status that is not known is not a failure. */
export function pollResultOf(job: GenericJob): PollResult {
  const retryAfterMs = POLL_INTERVAL_MS;
  const account = costOf(job);
  switch (job.status) {
    case 'starting':
      return queuedAt(job.queue_position ?? null);
    case 'processing': {
      const { stage, fraction: done } = job.progress ?? {};
      return { state: 'running', stage: stage ?? 'running', fraction: done ?? null, retryAfterMs };
    }
    case 'succeeded': {
      const files = (job.output ?? []).slice(0, MAX_FILES).flatMap(filesOf);
      return files.length === 0
        ? { state: 'failed', errorClass: 'retry_same_job', reason: 'zero_outputs', ...account, retryAfterMs }
        : { state: 'succeeded', files, ...account, retryAfterMs };
    }
    case 'failed': {
      const errorClass = errorClassOfFailure(job.error?.code ?? null);
      return { state: 'failed', errorClass, reason: 'failed', ...account, retryAfterMs };
    }
    case 'canceled':
      return { state: 'canceled', ...account, retryAfterMs };
    default:
      return { state: 'unknown', retryAfterMs };
  }
}

/** None of an entry that names no file. */
function filesOf(entry: unknown): readonly ResultFile[] {
  const file = FILE.safeParse(entry).data;
  if (file === undefined) return [];
  return [{ at: 'link', url: file.url, bytes: file.bytes ?? null, sha256: file.sha256 ?? null }];
}

function queuedAt(position: number | null): PollResult {
  const waitMs = POLL_INTERVAL_MS + (position ?? 0) * PER_QUEUE_POSITION_MS;
  return {
    state: 'queued',
    queuePosition: position,
    retryAfterMs: Math.min(waitMs, MAX_QUEUE_INTERVAL_MS),
  };
}

function costOf({ metrics }: GenericJob): RunCost {
  const billed = metrics?.billed;
  return {
    cost: metrics?.cost ?? null,
    billed: billed === undefined || billed === null ? 'unknown' : billed ? 'yes' : 'no',
  };
}

/** How a failed job is to be taken. An unknown code is an ordinary failure: it did run. */
function errorClassOfFailure(code: string | null): ErrorClass {
  if (code === 'moderated_input' || code === 'moderated_output' || code === 'bad_input') return code;
  if (code === 'interrupted') return code;
  return 'retry_same_job';
}
