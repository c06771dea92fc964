import type { Response } from 'express';
import { PROBLEMS } from '../domain/problems.ts';
import type { Problem } from './problem.ts';
import { stateOf } from './request-state.ts';

/** Answers with a problem (RFC 9457); does nothing when an answer has begun. */
export function sendProblem(response: Response, problem: Problem, publicUrl: string): void {
  if (response.headersSent) return;
  const rule = PROBLEMS[problem.code];
  const state = stateOf(response);
  const { detail, billed, ...extensions } = problem.fields;
  response
    .status(rule.status)
    .set({ 'Cache-Control': 'no-store', ...problem.headers })
    .set('Content-Type', 'application/problem+json')
    .send(
      // As bytes: for text Express adds a charset, which this media type does not have.
      Buffer.from(
        JSON.stringify({
          type: `${publicUrl}/problems/${problem.code}`,
          title: rule.title,
          status: rule.status,
          detail: detail ?? rule.advice,
          code: problem.code,
          request_id: state.requestId,
          retryable: rule.retryable,
          billed: billed ?? state.billed,
          ...extensions,
        }),
      ),
    );
}
