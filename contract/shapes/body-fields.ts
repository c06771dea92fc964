import { z } from 'zod';
import { MAX_CREDITS_PER_CALL } from '../../domain/credits/credits.ts';
import { JOB_REQUEST_LIMITS } from '../../domain/work/job-request.ts';
import { requestText } from '../job-request/request-text.ts';
import { parseInstant } from '../../domain/parse-value.ts';

/** Fields that several request bodies share. */

const MAX_REFERENCE = 255;
/** A sentence or two, which the usage history shows. */
const MAX_REASON = 500;

/** The number of credits to move. */
export const creditsField = z.int().min(1).max(MAX_CREDITS_PER_CALL);

/** The caller's own key of the call. */
export const referenceField = requestText({ max: MAX_REFERENCE });

export const reasonField = requestText({ max: MAX_REASON });

/** Fields of a call that has a dry run. */
export const previewFields = {
  dry_run: z
    .boolean()
    .optional()
    .describe('True: returns what the call would do, and does nothing. The key stays unused.'),
  as_of: asOfField().optional(),
};

/** The parameters of a call without a body that has a dry run. */
export const previewParameters = {
  dry_run: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('True: returns what the call would do, and does nothing.'),
  as_of: asOfField().optional(),
};

function asOfField() {
  return z
    .string()
    .regex(/^\d{1,18}$/, { error: 'The as_of of a dry run.' })
    .describe(
      'The `as_of` of the dry run: the call is refused (409, `acted_since`) if another person has done the same since.',
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
 * For a rule over several fields: it is checked even if a field is invalid, so that the caller gets all faults at once.
 */
export const WHENEVER_AN_OBJECT: z.core.$ZodSuperRefineParams = {
  when: ({ value }) => typeof value === 'object' && value !== null,
};
