import { PROBLEMS } from '../../contract/problems.ts';
import type { Billed, ProblemView } from '../../contract/shapes/problem-shape.ts';
import type { Problem } from './problem.ts';

/** A problem (RFC 9457), as bytes of application/problem+json. */
export function problemBody(
  problem: Problem,
  of: { readonly requestId: string; readonly billed: Billed; readonly publicUrl: string },
): Buffer {
  const rule = PROBLEMS[problem.code];
  const { detail, billed, ...extensions } = problem.fields;
  const shown: ProblemView = {
    type: `${of.publicUrl}/problems/${problem.code}`,
    title: rule.title,
    status: rule.status,
    detail: detail ?? rule.advice,
    code: problem.code,
    request_id: of.requestId,
    retryable: rule.retryable,
    billed: billed ?? of.billed,
    ...extensions,
  };
  return Buffer.from(JSON.stringify(shown));
}
