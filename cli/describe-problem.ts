import { z } from 'zod';

const PROBLEM = z.object({
  title: z.string(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

/** The advice for a code, beyond its detail. */
const ADVICE: Readonly<Record<string, string>> = {
  unauthenticated: 'Set HOLDFAST_PLATFORM_KEY to a live platform key.',
  forbidden: 'Use a platform key with the scope that is named, or admin.',
  idempotency_key_reused: 'Use another --reference, or the very same values as the first time.',
  unavailable: 'Send the same again in a moment: with the same --reference nothing is done twice.',
};

/** A refusal of the API in words for a terminal. */
export function describeProblem(status: number, text: string): string {
  const problem = PROBLEM.safeParse(jsonOf(text));
  if (!problem.success) return `the API answered ${String(status)}: ${text.slice(0, 300)}`;
  const { title, detail, code, request_id, errors = [] } = problem.data;
  const advice = ADVICE[code];
  return [
    `${title}: ${detail}`,
    ...errors.filter((error) => error.pointer !== '').map((error) => `  ${error.pointer}: ${error.detail}`),
    ...(advice === undefined ? [] : [advice]),
    `(${String(status)} ${code}, request ${request_id})`,
  ].join('\n');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
