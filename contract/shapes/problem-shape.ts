import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../problems.ts';
import { apiPath, credits, jobId } from './wire-fields.ts';

/** The shape of a refusal (RFC 9457). The codes and what they mean are in problems.ts. */

const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** A fault of one field: an RFC 6901 pointer, a stable code, and how to correct it. */
export const fieldError = z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() });
export type FieldError = Readonly<z.output<typeof fieldError>>;

/** The spend cap that was reached: which, whose, how high, and how much of it is used. */
export const exceededCap = z.strictObject({
  limit: z.enum(['member_credits_per_period', 'project_credits_per_period']),
  name: z.string(),
  credits_per_period: credits,
  used: credits,
});
export type ExceededCap = Readonly<z.output<typeof exceededCap>>;

const jobsAtOnce = z.strictObject({ limit: z.literal('max_concurrent_jobs'), jobs: z.int().min(0) });
/**
 * Limits of requests: per key, per account (all its requests, or those that add up entries), per client address without
 * a key, and per address that signs in.
 */
const REQUEST_LIMITS = [
  'requests_per_key',
  'requests_per_account',
  'sums_per_account',
  'requests_per_address',
  'sign_ins_per_address',
] as const;
export type RequestLimitName = (typeof REQUEST_LIMITS)[number];
const requests = z.strictObject({
  limit: z.enum(REQUEST_LIMITS),
  per_second: z.number().positive(),
  burst: z.int().positive(),
});
const watchedJobs = z.strictObject({ limit: z.literal('watched_jobs'), places: z.int().min(0) });

/** A limit of the account that a job would exceed: the credits of a member or project, or the jobs under way. */
export type ReachedLimit = ExceededCap | Readonly<z.output<typeof jobsAtOnce>>;

const billed = z
  .enum(['no', 'yes', 'unknown'])
  .describe('Whether anything was charged; `unknown`: send the same request again with the same key.');
export type Billed = z.output<typeof billed>;

/** Further fields of a problem. One that does not apply is absent. */
const extensions = {
  required: credits.optional(),
  available: credits.optional(),
  reserved: credits.optional(),
  /** The job that the problem is about. */
  job_id: jobId.optional(),
  /** A stable code that is finer than `code`: why a support command is refused. */
  reason: z.string().optional(),
  limit: z.union([exceededCap, jobsAtOnce, watchedJobs, requests]).optional(),
  errors: z.array(fieldError).readonly().optional(),
  links: z.record(z.string(), apiPath).optional(),
};

export const problem = z.strictObject({
  type: z.url().meta({
    description: 'The page that explains the problem and what to do.',
    examples: ['https://holdfast.example/problems/price_changed'],
  }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  request_id: z.string(),
  /** Whether the same request may be sent again. */
  retryable: z.boolean(),
  billed,
  ...extensions,
});
export type ProblemView = z.output<typeof problem>;
