import { z } from 'zod';
import { JOB_REQUEST_LIMITS, TEST_SCENARIOS } from '../../domain/work/job-request.ts';
import { STAGE_NAMES, VIDEO_DURATIONS_SECONDS, VIDEO_QUALITIES, type StageName } from '../film-options.ts';

/** The caller's own reference, such as that of an attempt. */
const REFERENCE = z.string().min(1).max(200);

export const SHA256 = z.string().regex(/^[0-9a-f]{64}$/);

const BRIEF = z.looseObject({
  headline: z.string().max(2 * JOB_REQUEST_LIMITS.headline),
  body: z
    .string()
    .max(2 * JOB_REQUEST_LIMITS.body)
    .optional(),
  call_to_action: z
    .string()
    .max(2 * JOB_REQUEST_LIMITS.callToAction)
    .optional(),
  brand_color: z.string().max(40).optional(),
});

/** Characters of a sound: about an hour. */
const MAX_TEXT = 50_000;

/** Two minutes of sound take two seconds to make. */
const MAX_SOUND_SECONDS = 120;

/** More parts than any film has. */
const MAX_PARTS = 16;

/**
 * A result of an earlier stage, by its SHA-256. This service made it, or received it before (`PUT /v1/files/{sha256}`).
 */
const STAGE_INPUT = z.looseObject({
  stage: z.enum(STAGE_NAMES),
  part: z.number().int().min(1).max(MAX_PARTS),
  sha256: SHA256,
});

/** A picture that the customer refers to, by its SHA-256. It was uploaded before. */
const REFERENCE_ASSET = z.looseObject({ sha256: SHA256 });

/** A stage with an unknown name joins what it is made from, as the last stage of a film does. */
const STAGE_NAME = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,39}$/)
  .transform((name): StageName => STAGE_NAMES.find((known) => known === name) ?? 'render');

const INPUT = z.looseObject({
  kind: z.enum(['static_ad', 'video_ad', 'sound']),
  /** The text of a sound, its voice, and the code of its language, such as `ja`. */
  text: z
    .string()
    .max(2 * MAX_TEXT)
    .optional(),
  voice: z.string().max(40).optional(),
  language: z.string().max(40).optional(),
  /** The length of a sound; absent: that of its text, up to a minute. */
  seconds: z.number().min(1).max(MAX_SOUND_SECONDS).optional(),
  brief: BRIEF.optional(),
  duration_seconds: z.literal(VIDEO_DURATIONS_SECONDS).optional(),
  quality: z.enum(VIDEO_QUALITIES).optional(),
  /** Makes the job an edit: one change of its brief per line. */
  instruction: z
    .string()
    .max(2 * JOB_REQUEST_LIMITS.instruction)
    .optional(),
  reference_assets: z.array(REFERENCE_ASSET).max(JOB_REQUEST_LIMITS.referenceUrls).optional(),
  test_scenario: z.enum(TEST_SCENARIOS).optional(),
  /** The part of a film that is to be made. */
  stage: z.looseObject({ name: STAGE_NAME, part: z.number().int().min(1).max(MAX_PARTS) }).optional(),
  inputs: z
    .array(STAGE_INPUT)
    .max(STAGE_NAMES.length * MAX_PARTS)
    .optional(),
});

const REQUEST = z.looseObject({
  reference: REFERENCE,
  input: INPUT,
  webhook: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .nullish(),
  deadline_seconds: z.number().positive().max(86_400).nullish(),
});

/** Lengths are UTF-16 units here, twice the code points that the API allows: the API's own check is the strict one. */
export type PredictionInput = z.infer<typeof INPUT>;
export type PredictionRequest = z.infer<typeof REQUEST>;

type ParsedRequest =
  | { readonly isValid: true; readonly request: PredictionRequest }
  | { readonly isValid: false; readonly message: string };

export function parsePredictionRequest(body: unknown): ParsedRequest {
  const parsed = REQUEST.safeParse(body);
  if (parsed.success) return { isValid: true, request: parsed.data };
  return { isValid: false, message: z.prettifyError(parsed.error).slice(0, 1_000) };
}
