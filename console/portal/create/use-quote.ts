import { useRef } from 'preact/hooks';
import type { JobBody, Quote } from '../../../client/http/wire-types.ts';
import { mayMoveCredits } from '../../shared/data/may-move-credits.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';

/** A price is requested once typing has paused for this long. */
const TYPING_PAUSE_MS = 250;
/**
 * A quote is valid for 15 minutes. It says to the minute by when a job returns its credits that is submitted now, so it is
 * renewed each minute.
 */
const RENEWAL_MS = 60_000;

export type LiveQuote = {
  /** The quote of the current body; until it arrives, that of the body before. */
  readonly quote: Quote | null;
  /** True if `quote` is of the current body. */
  readonly isCurrent: boolean;
  readonly error: unknown;
  readonly reload: () => void;
};

/** Requests the exact price of a body after each change. `body` is null while it is incomplete. */
export function useQuote(body: JobBody | null): LiveQuote {
  const { client } = usePageParts();
  const shown = useRef<Quote | null>(null);
  const { data, error, reload } = useResource<Quote | null>(
    `quote ${JSON.stringify(body)}`,
    async (signal) => {
      if (body === null) return null;
      await pause(TYPING_PAUSE_MS, signal);
      return client.quotes.create(body, { signal });
    },
    { on: mayMoveCredits, everyMs: RENEWAL_MS },
  );
  if (data !== null) shown.current = data;
  if (body === null || error !== null) shown.current = null;
  return { quote: data ?? shown.current, isCurrent: data !== null, error, reload };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
