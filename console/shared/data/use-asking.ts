import { useEffect, useMemo } from 'preact/hooks';

type Asking = {
  /** Aborts the running request and returns the signal of the next. */
  readonly begin: () => AbortSignal;
  readonly end: () => void;
};

/** One request at a time: the next one, or the end of the component, aborts it. */
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
