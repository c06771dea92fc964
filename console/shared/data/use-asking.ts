import { useEffect, useMemo } from 'preact/hooks';

export type Asking = {
  /** Ends the question before, and is the signal of a new one. */
  readonly begin: () => AbortSignal;
  readonly end: () => void;
};

/** One question to the API at a time: a new one ends the one before, and so does the end of the part. */
export function useAsking(): Asking {
  const asking = useMemo(createAsking, []);
  useEffect(() => asking.end, [asking]);
  return asking;
}

function createAsking(): Asking {
  let running = new AbortController();
  const end = () => running.abort();
  return {
    begin: () => {
      end();
      running = new AbortController();
      return running.signal;
    },
    end,
  };
}
