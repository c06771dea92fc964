import { HoldfastError } from '../../../client/http/holdfast-error.ts';

/** An error as a person reads it. */
export type ErrorWords = {
  readonly title: string;
  readonly detail: string;
  /** Names the request in our logs, for support. */
  readonly requestId: string | null;
};

/** What to say of a failed call: the words of the API's problem where there is one. */
export function wordsOf(error: unknown): ErrorWords {
  if (!(error instanceof HoldfastError)) {
    return { title: 'This page has a fault', detail: messageOf(error), requestId: null };
  }
  if (error.problem !== null) {
    const { title, detail, request_id } = error.problem;
    return { title, detail, requestId: request_id };
  }
  const isBilledUnknown = error.billed === 'unknown';
  return {
    title: 'Holdfast cannot be reached',
    detail: isBilledUnknown
      ? 'No answer came. It may have been done or not: trying again does it once, never twice.'
      : 'No answer came. Check the connection and try again.',
    requestId: error.requestId,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a problem of the API, or of the client; null: another error. */
export function codeOf(error: unknown): string | null {
  return error instanceof HoldfastError ? error.code : null;
}
