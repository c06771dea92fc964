import type { Response } from 'express';
import { PROBLEMS } from '../../contract/problems.ts';
import type { Problem } from './problem.ts';
import { problemBody } from './problem-body.ts';
import { stateOf } from './request/request-state.ts';

/** Responds with a problem (RFC 9457); does nothing when a response has begun. */
export function sendProblem(response: Response, problem: Problem, publicUrl: string): void {
  if (response.headersSent) return;
  const state = stateOf(response);
  const { requestId, billed } = state;
  state.problemCode = problem.code;
  response
    .status(PROBLEMS[problem.code].status)
    .set({ 'Cache-Control': 'no-store', ...problem.headers })
    .set('Content-Type', 'application/problem+json')
    // As bytes: Express would add a charset to text, which this media type does not have.
    .send(problemBody(problem, { requestId, billed, publicUrl }));
}
