import { z } from 'zod';
import { MAX_CREDITS_PER_CALL } from '../../domain/credits/credits.ts';
import { JOB_REQUEST_LIMITS } from '../../domain/work/job-request.ts';
import { requestText } from '../job-request/request-text.ts';
import { parseInstant } from '../../domain/parse-value.ts';

/** Fields that several bodies of the credit calls share. */

const MAX_REFERENCE = 255;
/** It is shown in the usage history: a sentence or two. */
const MAX_REASON = 500;

/** So many credits to move. */
export const creditsField = z.int().min(1).max(MAX_CREDITS_PER_CALL);

/** The caller's own key of a call. */
export const referenceField = requestText({ max: MAX_REFERENCE });

export const reasonField = requestText({ max: MAX_REASON });

/** Of a call that support can be shown before it is made. */
export const previewFields = {
  dry_run: z
    .boolean()
    .optional()
    .describe('True: says what it would do, and does nothing. The key stays unused.'),
  as_of: asOfField().optional(),
};

/** The same in a query. */
export const previewParameters = {
  dry_run: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('True: says what it would do, and does nothing.'),
  as_of: asOfField().optional(),
};

function asOfField() {
  return z
    .string()
    .regex(/^\d{1,18}$/, { error: 'The as_of of a dry run.' })
    .describe(
      '`as_of` of the dry run that was read: refused (409, `acted_since`) where another has done the same since.',
    )
    .meta({ examples: ['1041'] });
}

export const memberField = requestText({ max: JOB_REQUEST_LIMITS.member });
export const projectField = requestText({ max: JOB_REQUEST_LIMITS.project });

export const instantField = z
  .string()
  .transform((text, context): Date => {
    const moment = parseInstant(text);
    if (moment !== null) return moment;
    const detail = 'A time as RFC 3339 writes it, e.g. 2026-01-31T12:00:00Z.';
    context.addIssue({ code: 'custom', params: { code: 'not_a_time' }, message: detail });
    return z.NEVER;
  })
  .meta({ format: 'date-time' });

/**
 * Of a rule over several fields: it is looked at beside faults of the fields themselves, so that a caller is told all that is
 * wrong or missing at once.
 */
export const WHENEVER_AN_OBJECT: z.core.$ZodSuperRefineParams = {
  when: ({ value }) => typeof value === 'object' && value !== null,
};
