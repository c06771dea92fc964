import type { RequestHandler } from 'express';
import { unavailable } from '../problem.ts';
import { stateOf } from './request-state.ts';
import { sendProblem } from '../send-problem.ts';

/**
 * A caller gets a 503 within 15 s, whatever is frozen. Every wait below has its own, shorter limit; this one bounds
 * their sum.
 */
export const RESPOND_WITHIN_MS = 14_000;

/** Responds 503 to a request that takes too long; a later response is dropped. */
export function limitRequestTime(publicUrl: string, withinMs = RESPOND_WITHIN_MS): RequestHandler {
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
