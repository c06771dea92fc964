import type { RequestHandler } from 'express';
import { unavailable } from './problem.ts';
import { stateOf } from './request-state.ts';
import { sendProblem } from './send-problem.ts';

/**
 * api-conventions.md: 503 within 15 s whatever is frozen. Every wait below has its own, shorter limit; this one holds
 * their sum.
 */
const ANSWER_WITHIN_MS = 14_000;

/** Answers 503 in a request's place when it takes too long; what it still does then has no one to answer to. */
export function answerInTime(publicUrl: string, withinMs = ANSWER_WITHIN_MS): RequestHandler {
  return (_request, response, next) => {
    let timer = setTimeout(giveUp, withinMs);
    function giveUp(): void {
      stateOf(response).isGivenUp = true;
      sendProblem(response, unavailable(), publicUrl);
    }
    stateOf(response).extendMs = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, ms + withinMs);
    };
    response.once('close', () => {
      clearTimeout(timer);
    });
    next();
  };
}
