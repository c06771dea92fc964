import { z } from 'zod';
import { MAX_CREDITS_PER_CALL } from '../domain/credits.ts';
import {
  JOB_REQUEST_LIMITS as LIMITS,
  TEST_SCENARIOS,
  VIDEO_DURATIONS_SECONDS,
  VIDEO_QUALITIES,
} from '../domain/job-request.ts';
import { faultOfText } from '../domain/text-rule.ts';
import { requestText } from './request-text.ts';

/** The shape of the job body (docs/http-api.md), one strict object per kind. What spans fields is in job-request-rules.ts. */

const MODEL_NAME_LENGTH = 64;
const ID = /^[a-z]+_[a-z0-9_]{1,64}$/;
const COLOR = /^#[0-9a-fA-F]{6}$/;

const refused = (code: string, detail: string) =>
  ({ code: 'custom', params: { code }, message: detail }) as const;

const color = z.string().superRefine((text, context) => {
  if (!COLOR.test(text)) context.addIssue(refused('not_a_color', 'A color as #rrggbb.'));
});

const idOf = (prefix: string) =>
  z.string().superRefine((text, context) => {
    if (!text.startsWith(prefix) || !ID.test(text))
      context.addIssue(refused('not_an_id', `An id: ${prefix}…`));
  });

const assetUrl = z.string().superRefine((text, context) => {
  const fault = faultOfText(text, { max: LIMITS.referenceUrlLength });
  if (fault !== null) context.addIssue(refused(fault.code, fault.detail));
  else if (!isAssetUrl(text)) {
    context.addIssue(
      refused('not_a_url', 'An absolute http or https address without user name and password.'),
    );
  }
});

const metadata = z
  .record(
    requestText({ max: LIMITS.metadataKey }),
    requestText({ max: LIMITS.metadataValue, mayBeEmpty: true }),
  )
  .superRefine((pairs, context) => {
    if (Object.keys(pairs).length > LIMITS.metadataPairs) {
      context.addIssue(refused('too_many', `At most ${String(LIMITS.metadataPairs)} pairs.`));
    }
  });

const brief = z.strictObject({
  headline: requestText({ max: LIMITS.headline }),
  body: requestText({ max: LIMITS.body, isParagraph: true }).optional(),
  call_to_action: requestText({ max: LIMITS.callToAction }).optional(),
  brand_color: color.optional(),
  reference_asset_urls: z.array(assetUrl).max(LIMITS.referenceUrls).optional(),
});

const work = {
  model: requestText({ max: MODEL_NAME_LENGTH }).optional(),
  variations: z.int().min(1).max(LIMITS.variations).optional(),
  test_scenario: z.enum(TEST_SCENARIOS).optional(),
};
const video = {
  duration_seconds: z.literal([...VIDEO_DURATIONS_SECONDS]).optional(),
  quality: z.enum(VIDEO_QUALITIES).optional(),
};
const staticAd = { kind: z.literal('static_ad'), ...work, brief };
const videoAd = { kind: z.literal('video_ad'), ...work, brief, ...video };
const edit = {
  kind: z.literal('edit'),
  ...work,
  ...video,
  source_output_id: idOf('out_'),
  instruction: requestText({ max: LIMITS.instruction, isParagraph: true }).optional(),
  brief: brief.optional(),
};

/** Who asks, what was agreed and until when: of the job as a whole, never of an item. */
const around = {
  quote_id: idOf('quote_').optional(),
  max_credits: z.int().min(1).max(MAX_CREDITS_PER_CALL).optional(),
  deadline_seconds: z.int().min(1).optional(),
  member: requestText({ max: LIMITS.member }).optional(),
  project: requestText({ max: LIMITS.project }).optional(),
  metadata: metadata.optional(),
  force: z.boolean().optional(),
};

const item = z.discriminatedUnion('kind', [
  z.strictObject(staticAd),
  z.strictObject(videoAd),
  z.strictObject(edit),
]);
const batch = { kind: z.literal('batch'), items: z.array(item).min(1).max(LIMITS.outputs) };

export const jobRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...staticAd, ...around }),
  z.strictObject({ ...videoAd, ...around }),
  z.strictObject({ ...edit, ...around }),
  z.strictObject({ ...batch, ...around }),
]);

/** Every field some kind or place knows: tells a field in the wrong place from one that does not exist. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set(
  [staticAd, videoAd, edit, batch, around].flatMap((fields) => Object.keys(fields)),
);

function isAssetUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.hostname !== '' && url.username === '' && url.password === '';
}
