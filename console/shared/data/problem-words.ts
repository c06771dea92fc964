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
  const isBilledUnknown = error.billed === 'unknown' && !isRead;
  if (error.problem !== null) {
    const { title, request_id } = error.problem;
    const faults = error.errors.map(faultText).join(' ');
    const detail = ADVISES_PROGRAMS.has(error.code)
      ? isBilledUnknown
        ? `It may have been done. ${SAFE_AGAIN}`
        : 'Try again in a moment.'
      : error.problem.detail;
    return { title, detail: faults === '' ? detail : faults, requestId: request_id };
  }
  return {
    title: 'Holdfast cannot be reached',
    detail: isBilledUnknown
      ? `No answer came, so it may have been done. ${SAFE_AGAIN}`
      : 'No answer came. Check the connection and try again.',
    requestId: error.requestId,
  };
}

const SAFE_AGAIN = 'Trying again is safe: it is done once, never twice.';

/** The codes of problems whose detail tells a program how to repeat its request. */
const ADVISES_PROGRAMS: ReadonlySet<string> = new Set(['unavailable', 'internal']);

/** Whether the same read may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  return error instanceof HoldfastError && error.retryable;
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
