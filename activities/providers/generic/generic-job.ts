import { z } from 'zod';
import type { ErrorClass } from '../../../domain/rejections.ts';
import type { PollResult, ResultFile, RunCost } from '../provider.ts';

/** A picture takes a fast service 0.2 s, a draft film 4 s: more polls than this only cost its CPU. */
export const POLL_INTERVAL_MS = 200;

/** Each job in front means another wait; asking ten thousand waiting jobs five times a second would be the load. */
const PER_QUEUE_POSITION_MS = 20;
const MAX_QUEUE_INTERVAL_MS = 5_000;

const FILE = z.object({
  url: z.url({ protocol: /^https?$/ }),
  bytes: z.number().int().nonnegative().nullish(),
  sha256: z.string().nullish(),
});

/** Statuses stay an open list, and all but id and status is optional: fields may be missing in a version not seen yet. */
const JOB = z.object({
  id: z.string().min(1),
  reference: z.string().nullish(),
  status: z.string(),
  queue_position: z.number().int().nonnegative().nullish(),
  progress: z.object({ stage: z.string(), fraction: z.number().nullish() }).nullish(),
  error: z.object({ code: z.string() }).nullish(),
  output: z.array(FILE).max(100).nullish(),
  metrics: z.object({ billed: z.boolean().nullish(), cost: z.string().nullish() }).nullish(),
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
      const { stage = 'running', fraction = null } = job.progress ?? {};
      return { state: 'running', stage, fraction, retryAfterMs };
    }
    case 'succeeded': {
      const files = (job.output ?? []).map(fileOf);
      return files.length === 0
        ? { state: 'failed', errorClass: 'retry_same_job', reason: 'zero_outputs', ...account, retryAfterMs }
        : { state: 'succeeded', files, ...account, retryAfterMs };
    }
    case 'failed': {
      const errorClass = errorClassOfFailure(job.error?.code ?? null);
      return { state: 'failed', errorClass, reason: 'failed', ...account, retryAfterMs };
    }
    case 'canceled':
      return { state: 'canceled', billed: account.billed, retryAfterMs };
    default:
      return { state: 'unknown', retryAfterMs };
  }
}

function fileOf({ url, bytes, sha256 }: z.infer<typeof FILE>): ResultFile {
  return { at: 'link', url, bytes: bytes ?? null, sha256: sha256 ?? null };
}

function queuedAt(queuePosition: number | null): PollResult {
  const waitMs = POLL_INTERVAL_MS + (queuePosition ?? 0) * PER_QUEUE_POSITION_MS;
  return { state: 'queued', queuePosition, retryAfterMs: Math.min(waitMs, MAX_QUEUE_INTERVAL_MS) };
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
