import { JOB_REQUEST_LIMITS } from '../../domain/work/job-request.ts';
import { isAccountId, isJobId, isOutputId, MAX_PROVIDER_JOB_ID } from '../../domain/ids.ts';
import {
  anyObject,
  either,
  fail,
  instantText,
  object,
  objectWith,
  oneOf,
  optional,
  text,
  UnexpectedValue,
  wholeNumber,
  type Parser,
} from '../../domain/parse-value.ts';
import { faultOfText, type TextRule } from '../../domain/texts/text-rule.ts';
import type { AttemptName } from '../../contract/support-command.ts';
import type {
  CancelRequest,
  CommandApplied,
  GenerationStart,
  OutputStart,
  SupportUpdate,
} from '../../contract/workflow-messages.ts';

/**
 * The parsers of workflow-messages.ts. Anyone who reaches Temporal can send these messages; its UI has a button for
 * each.
 */

/** The limits of the HTTP API: a name beside its key, a sentence or two, the longest key. */
const MAX_ACTOR = 300;
const MAX_REASON = 500;
const MAX_KEY = 255;
const MAX_FINGERPRINT = 128;
const MAX_REFERENCE = 200;
const MAX_ATTEMPT = 1_000_000;

export const cancelRequest: Parser<CancelRequest> = object({ by: oneOf('customer', 'support') });

const attemptReference = text({
  max: MAX_REFERENCE,
  pattern: /^att_\w+$/,
  expected: 'a reference att_…',
});
const attemptName: Parser<AttemptName> = either(wholeNumber({ min: 1, max: MAX_ATTEMPT }), attemptReference);

export const commandApplied: Parser<CommandApplied> = object({
  command: oneOf('release', 'refund', 'extend', 'restart', 'resolve'),
});

/** A text that goes on record with the command: who does it, and why. */
function recordedText(rule: TextRule): Parser<string> {
  return (value, at) => {
    const fault = typeof value === 'string' ? faultOfText(value, rule) : { detail: 'It is a text.' };
    if (fault === null) return value as string;
    throw new UnexpectedValue(`Say ${at}: who does this, and why, is kept. ${fault.detail}`);
  };
}

const supportFields = {
  actor: recordedText({ max: MAX_ACTOR }),
  reason: recordedText({ max: MAX_REASON }),
  key: optional(text({ max: MAX_KEY })),
} as const;

export const releaseRequest: Parser<SupportUpdate<'release'>> = object(supportFields);
export const extendRequest: Parser<SupportUpdate<'extend'>> = object({
  ...supportFields,
  until: instantText,
});
export const restartRequest: Parser<SupportUpdate<'restart'>> = object({
  ...supportFields,
  from_attempt: attemptName,
});
export const resolveRequest: Parser<SupportUpdate<'resolve'>> = object({
  ...supportFields,
  outcome: oneOf('ran', 'did_not_run'),
  attempt: optional(attemptName),
  provider_job_id: optional(text({ max: MAX_PROVIDER_JOB_ID })),
});

const idOf =
  (prefix: string, isId: (id: string) => boolean): Parser<string> =>
  (value, at) =>
    typeof value === 'string' && isId(value) ? value : fail(at, `an id ${prefix}…`, value);

export const accountId = idOf('acct_', isAccountId);

// A start may have more fields: an API of a newer build runs beside workers of this one.
const startOf = (outputs: { readonly min: number; readonly max: number }): Parser<GenerationStart> =>
  objectWith({
    accountId,
    jobId: idOf('job_', isJobId),
    // Parsed by admission, with the rules of a job body.
    request: anyObject,
    fingerprint: text({ max: MAX_FINGERPRINT }),
    admitBy: instantText,
    // Absent: one.
    outputCount: (value, at) => wholeNumber(outputs)(value === undefined ? 1 : value, at),
    startId: optional(text({ max: MAX_KEY })),
  });

/** The start of a job with one output, and of one with several. */
export const generationStart = startOf({ min: 1, max: 1 });
export const batchStart = startOf({ min: 2, max: JOB_REQUEST_LIMITS.outputs });

export const outputStart: Parser<OutputStart> = objectWith({
  accountId,
  outputId: idOf('out_', isOutputId),
});
