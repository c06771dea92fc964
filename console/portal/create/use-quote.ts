import { useRef } from 'preact/hooks';
import type { JobBody, Quote } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { mayMoveCredits } from '../balance.tsx';

/** As long as a hand rests between two letters. */
const TYPING_PAUSE_MS = 250;
/** A quote holds for 15 minutes: it is asked for anew before that. */
const RENEWAL_MS = 8 * 60_000;

export type LiveQuote = {
  /** Of the body as it is now; while that is being asked for, of the one before. */
  readonly quote: Quote | null;
  /** The quote is of the body as it is now. */
  readonly isCurrent: boolean;
  readonly error: unknown;
  readonly reload: () => void;
};

/** The exact price of a body, asked for while it is typed; null: it is not whole yet. */
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
