import { HoldfastError } from '../../../client/http/holdfast-error.ts';

/** An error in words for a person. */
type ErrorWords = {
  readonly title: string;
  readonly detail: string;
  /** Identifies the request in our logs, for support; null: unknown. */
  readonly requestId: string | null;
};

/**
 * The words for a failed call: those of the API's problem, if it has one.
 *
 * @param isRead it could have had no effect: a price or a preview is asked for by POST
 */
export function wordsOf(error: unknown, isRead = false): ErrorWords {
  if (!(error instanceof HoldfastError)) {
    return { title: 'This page has a fault', detail: messageOf(error), requestId: null };
  }
  if (error.problem !== null) {
    const { title, detail, request_id } = error.problem;
    const faults = error.errors.map(faultText).join(' ');
    return { title, detail: faults === '' ? detail : faults, requestId: request_id };
  }
  const isBilledUnknown = error.billed === 'unknown' && !isRead;
  return {
    title: 'Holdfast cannot be reached',
    detail: isBilledUnknown
      ? 'No answer came, so it may have been done. Trying again is safe: it is done once, never twice.'
      : 'No answer came. Check the connection and try again.',
    requestId: error.requestId,
  };
}

/** `credits: At most 9,999.`: what is wrong with a field, by the last part of its pointer. */
function faultText({ pointer, detail }: HoldfastError['errors'][number]): string {
  const name = pointer.split('/').at(-1)?.replaceAll('_', ' ') ?? '';
  return name === '' ? detail : `${name}: ${detail}`;
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
