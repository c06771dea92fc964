import { z } from 'zod';
import type { ErrorClass } from '../../../domain/work/rejections.ts';
import { jobId } from '../http/answer-fields.ts';
import type { Answer } from '../http/read-answer.ts';
import { refusalOf, UNCLEAR } from '../http/refusals.ts';
import type { SubmitResult } from '../provider.ts';

const ACCEPTED = z.object({ id: jobId, reference: z.string().nullish() });
const ERROR = z.object({ error: z.object({ code: z.string() }) });

/**
 * Codes of a 503 that the protocol defines as "nothing was started". Any other 503 may come from a gateway that had
 * already passed the request on.
 */
const NOT_STARTED: ReadonlyMap<string, ErrorClass> = new Map([
  ['capacity', 'capacity'],
  ['unavailable', 'unavailable'],
  ['failed_before_start', 'resubmit'],
]);

/** 409: the service has removed a file since it was asked for it. The next attempt uploads it again. */
const FILE_FORGOTTEN = 'input_missing';

/**
 * Returns what an answer to a submission proves. An answer that proves nothing is `unknown`, and an unknown submission
 * is never posted again.
 * @param reference of the submission: an answer with another one belongs to another submission.
 */
export function submitResultOf(answer: Answer, reference: string): SubmitResult {
  const { status, json } = answer;
  if (status === 201) {
    const job = ACCEPTED.safeParse(json).data;
    const isOurs = job !== undefined && (job.reference ?? reference) === reference;
    return isOurs ? { outcome: 'accepted', providerJobId: job.id } : UNCLEAR;
  }
  return refusalOf(answer, knownClassOf(status, ERROR.safeParse(json).data?.error.code ?? ''));
}

function knownClassOf(status: number, code: string): ErrorClass | undefined {
  if (status === 422 && code === 'moderated_input') return 'moderated_input';
  if (status === 503) return NOT_STARTED.get(code);
  return status === 409 && code === FILE_FORGOTTEN ? 'resubmit' : undefined;
}
