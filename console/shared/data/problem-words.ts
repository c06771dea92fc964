import { HoldfastError } from '../../../client/http/holdfast-error.ts';

/** An error in words for a person. */
type ErrorWords = {
  readonly title: string;
  readonly detail: string;
  /** Identifies the request in our logs, for support; null: unknown. */
  readonly requestId: string | null;
};

/** The words for a failed call: those of the API's problem, if it has one. */
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
      ? 'No answer came, so it may have been done. Trying again is safe: it is done once, never twice.'
      : 'No answer came. Check the connection and try again.',
    requestId: error.requestId,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of the API's problem or of the client; null: another error. */
export function codeOf(error: unknown): string | null {
  return error instanceof HoldfastError ? error.code : null;
}

/** The event on the window after a call was refused for its session: that may have ended. */
export const CALL_REFUSED = 'holdfast:call-refused';

/** Tells the page of an error that was caused by its session. */
export function tellIfRefused(error: unknown): void {
  const code = codeOf(error);
  if (code === 'unauthenticated' || code === 'forbidden') dispatchEvent(new Event(CALL_REFUSED));
}
