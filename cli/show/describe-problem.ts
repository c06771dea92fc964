import type { HoldfastError } from '../../client/http/http-client.ts';
import type { CommandContext } from '../command-context.ts';

/** The advice for a code, beyond its detail. */
const ADVICE: Readonly<Record<string, string>> = {
  unauthenticated: 'Set HOLDFAST_PLATFORM_KEY to a live platform key.',
  forbidden: 'Use a platform key with the scope that is named, or admin.',
  idempotency_key_reused: 'Use another --reference, or the very same values as the first time.',
  unavailable: 'Send the same again in a moment: with the same --reference nothing is done twice.',
};

/** A refusal of the API, or its silence, in words for a terminal. */
export function describeProblem(error: HoldfastError, { whenApiIsAway }: CommandContext): string {
  const { problem, status, code } = error;
  if (status === null && code !== 'job_failed')
    return `The API does not respond: ${error.message}. ${whenApiIsAway}`;
  if (problem === null) return error.message;
  const advice = ADVICE[code];
  return [
    `${problem.title}: ${problem.detail}`,
    ...error.errors
      .filter(({ pointer }) => pointer !== '')
      .map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
    ...(advice === undefined ? [] : [advice]),
    `(${String(status)} ${code}, request ${problem.request_id})`,
  ].join('\n');
}
