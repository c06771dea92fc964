import type { ErrorRequestHandler } from 'express';
import { GroupCommitFull } from '../../ledger/group-commit.ts';
import type { Logger } from '../../runtime/logger.ts';
import { loggedIds, loggedPath } from './access-log.ts';
import { actedSinceProblem } from './acted-since.ts';
import { DatabaseUnavailable } from './available-database.ts';
import { notFound, Problem, unavailable } from './problem.ts';
import { stateOf } from './request/request-state.ts';
import { sendProblem } from './send-problem.ts';

/** The only mapper from errors to responses. Nothing of an unexpected error reaches the caller. */
export function handleErrors(options: {
  readonly log: Logger;
  readonly publicUrl: string;
}): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error);
    const context = { err: error, ...loggedIds(stateOf(response)), path: loggedPath(request.path) };
    if (problem.code === 'internal')
      options.log.error(context, 'a request failed unexpectedly; the response is 500');
    if (problem.code === 'unavailable')
      options.log.warn(context, 'PostgreSQL or Temporal is away; the response is 503');
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem, options.publicUrl);
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const since = actedSinceProblem(error);
  if (since !== null) return since;
  if (error instanceof DatabaseUnavailable || error instanceof GroupCommitFull) return unavailable();
  // A path with invalid percent-encoding names nothing.
  if (error instanceof URIError) return notFound('page');
  return new Problem('internal', { detail: 'Quote request_id to support.' });
}
