import type { Response } from 'express';
import type { ProblemCode } from '../../../contract/problems.ts';
import type { HeldBodies } from './held-bodies.ts';
import type { Billed } from '../../../contract/shapes/problem-shape.ts';

/** The state of a request until its response has left. */
export type RequestState = {
  readonly requestId: string;
  /** Those that the process is reading. */
  readonly bodies: HeldBodies;
  readonly startedAt: number;
  /** Whether credits moved, should the request be cut short now. 'unknown' while a call acts that may bill (create-router.ts). */
  billed: Billed;
  /** The path of the call as it is declared; null: of none. */
  route: string | null;
  /** Of the problem in the response. */
  problemCode: ProblemCode | null;
  /** Whom the key speaks for, once known: for the access log. */
  keyId: string | null;
  accountId: string | null;
  /** The job that the request is about, once known. */
  jobId: string | null;
  /** The caller has been told that it took too long, with `billed` as it was: it is not acted on any more (create-router.ts). */
  isGivenUp: boolean;
  /** The answer is due by then; a request that asked to wait moves it (request-timeout.ts). */
  extendMs: (ms: number) => void;
};

const STATES = new WeakMap<Response, RequestState>();

export function beginState(response: Response, state: RequestState): void {
  STATES.set(response, state);
}

/** Throws TypeError for a response that came past request-id.ts: a mistake in the order of create-api.ts. */
export function stateOf(response: Response): RequestState {
  const state = STATES.get(response);
  if (state === undefined) throw new TypeError('a request without a state');
  return state;
}
