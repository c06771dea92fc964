import { z } from 'zod';
import type { ErrorClass } from '../../../domain/work/rejections.ts';
import { lenient, cost, fraction, jobId, queuePosition, stageName } from '../http/answer-fields.ts';
import type { PollResult, ResultFile, RunCost } from '../provider.ts';

/** A fast service makes a picture in 0.2 s and a draft film in 4 s. More polls than this only cost its CPU. */
export const POLL_INTERVAL_MS = 200;

/**
 * Added for each job in front in the queue: ten thousand waiting jobs, each polled five times a second, would be the
 * main load of the service.
 */
const PER_QUEUE_POSITION_MS = 20;
const MAX_QUEUE_INTERVAL_MS = 5_000;

/** The address is checked when the file is fetched. */
const FILE = z.object({
  url: z.string(),
  bytes: lenient(z.int().nonnegative()),
  sha256: lenient(
    z
      .string()
      .regex(/^[0-9a-f]{64}$/i)
      .toLowerCase(),
  ),
});

/** More than any job has. Further files are ignored. */
const MAX_FILES = 100;

/**
 * A status may be any text, and all but id and status is optional: a later version of the protocol may lack fields or
 * add some.
 */
const JOB = z.object({
  id: jobId,
  reference: lenient(z.string()),
  status: z.string(),
  queue_position: lenient(queuePosition),
  progress: lenient(z.object({ stage: lenient(stageName), fraction: lenient(fraction) })),
  error: lenient(z.object({ code: z.string() })),
  output: lenient(z.array(z.unknown())),
  metrics: lenient(z.object({ billed: lenient(z.boolean()), cost: lenient(cost) })),
});

const LIST = z.object({ data: z.array(JOB) });

type GenericJob = z.infer<typeof JOB>;

/** Reads a job; null: the body is none. */
export function parseJob(body: unknown): GenericJob | null {
  return JOB.safeParse(body).data ?? null;
}

/** Reads the answer of a look-up; null: it is none, which proves nothing. */
export function parseJobs(body: unknown): readonly GenericJob[] | null {
  return LIST.safeParse(body).data?.data ?? null;
}

/** Returns our state for the status of a job. An unknown status is not a failure. */
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

/** Empty for an entry that names no file. */
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

/** Returns our class of a job's error. An unknown code is an ordinary failure: the job did run. */
function errorClassOfFailure(code: string | null): ErrorClass {
  if (code === 'moderated_input' || code === 'moderated_output' || code === 'bad_input') return code;
  if (code === 'interrupted') return code;
  return 'retry_same_job';
}
