import type { HoldfastError } from '../../client/http/http-client.ts';
import type { ProblemCode } from '../../contract/problems.ts';
import type { CommandContext } from '../command-context.ts';

/** What to do about a code, beyond its detail. `holdfast` stands for the program, however it is called. */
const ADVICE: Partial<Record<ProblemCode, string>> = {
  unauthenticated: 'Set HOLDFAST_PLATFORM_KEY to a live platform key.',
  forbidden: 'Use a platform key with the scope that is named, or admin.',
  not_found: 'Look for it by an id or a name: holdfast search <text>',
  idempotency_key_reused:
    'Use another --reference (of job submit: --key), or the very same values as the first time.',
  unavailable: 'Send the same again in a moment: under the same key nothing is done twice.',
  insufficient_credits: 'Give it credits: holdfast grant <account> --help',
  limit_exceeded: 'See its limits: holdfast limits show <account>',
  account_frozen: 'Let it spend again: holdfast account unfreeze <account> --reason <text>',
  price_changed: 'Ask for the price: holdfast job quote <file> --account <account>',
  job_in_doubt: 'See what is known of the other job: holdfast job inspect <job>',
};

/** A refusal of the API, or its silence, in words for a terminal. */
export function describeProblem(error: HoldfastError, context: CommandContext): string {
  const { problem, status, code } = error;
  if (status === null && code !== 'job_failed') {
    const silence = `The API does not respond: ${error.message}. ${context.whenApiIsAway}`;
    return [silence, ...keyAdvice(error)].join('\n');
  }
  if (problem === null) return [error.message, ...keyAdvice(error)].join('\n');
  const advice = ADVICE[problem.code]?.replace('holdfast ', `${context.program} `);
  return [
    `${problem.title}: ${problem.detail}`,
    ...error.errors
      .filter(({ pointer }) => pointer !== '')
      .map(({ pointer, detail }) => `  ${pointer}: ${detail}`),
    ...(advice === undefined ? [] : [advice]),
    ...keyAdvice(error),
    `(${String(status)} ${code}, request ${problem.request_id})`,
  ].join('\n');
}

/** Where it is not known whether a call was carried out, the key under which it was sent: a new one would do it once more. */
function keyAdvice({ billed, idempotencyKey }: HoldfastError): readonly string[] {
  if (billed !== 'unknown' || idempotencyKey === null) return [];
  return [
    `Whether it was done is not known. Sent again under its key it does nothing twice: ${idempotencyKey} (--key, or --reference)`,
  ];
}
