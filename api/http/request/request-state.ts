import type { Response } from 'express';
import type { ProblemCode } from '../../../contract/problems.ts';
import type { HeldBodies } from './held-bodies.ts';
import type { Billed } from '../../../contract/shapes/problem-shape.ts';

/** The state of a request until its response has left. */
export type RequestState = {
  readonly requestId: string;
  /** The bodies that the process is reading. */
  readonly bodies: HeldBodies;
  readonly startedAt: number;
  /**
   * Whether credits moved, if the request were cut off now. 'unknown' while a call that may bill runs
   * (create-router.ts).
   */
  billed: Billed;
  /** The declared path of the call; null: none. */
  route: string | null;
  /** The code of the problem in the response. */
  problemCode: ProblemCode | null;
  /** The account, once known: for the access log. */
  keyId: string | null;
  accountId: string | null;
  /** The job of the request, once known. */
  jobId: string | null;
  /** The caller was told that it took too long, with `billed` as it was: it no longer acts (create-router.ts). */
  isGivenUp: boolean;
  /** When the response is due; a request that waits moves it (request-timeout.ts). */
  extendMs: (ms: number) => void;
};

const STATES = new WeakMap<Response, RequestState>();

export function beginState(response: Response, state: RequestState): void {
  STATES.set(response, state);
}

/** Throws TypeError for a response without request-id.ts before it: a mistake in the order of create-api.ts. */
export function stateOf(response: Response): RequestState {
  const state = STATES.get(response);
  if (state === undefined) throw new TypeError('a request without a state');
  return state;
}
