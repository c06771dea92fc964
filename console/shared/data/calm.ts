/** Scrolling has paused if nothing moved for this long: a wheel that turns and rows that are filled in move more often. */
const CALM_MS = 120;
/** Work waits no longer than this, however long the page is scrolled. */
const LONGEST_WAIT_MS = 30_000;

/** The browser's frames and clock. */
type Frames = { readonly inNextFrame: (run: () => void) => void; readonly nowMs: () => number };

export type Calm = {
  /** Says that the page moves. */
  readonly stir: () => void;
  /**
   * Calls `run` in the first frame in which the page does not move. A frame runs one piece of such work, in the order of
   * the calls; what is asked for again while it waits keeps its place. Returns a function that cancels it.
   */
  readonly whenCalm: (run: () => void) => () => void;
};

/** Keeps what a page does by itself (reads at intervals, thumbnails) out of the frames of a scroll, and apart from each other. */
export function createCalm({ inNextFrame, nowMs }: Frames): Calm {
  /** By what is to be run: until when it waits at most. */
  const waiting = new Map<() => void, number>();
  let movedMs = Number.NEGATIVE_INFINITY;
  let isAsked = false;
  const runNext = () => {
    const [first] = waiting;
    if (first === undefined) return;
    const [run, dueMs] = first;
    if (nowMs() < movedMs + CALM_MS && nowMs() < dueMs) return;
    waiting.delete(run);
    run();
  };
  const goOn = () => {
    if (isAsked || waiting.size === 0) return;
    isAsked = true;
    inNextFrame(() => {
      isAsked = false;
      runNext();
      goOn();
    });
  };
  return {
    stir: () => {
      movedMs = nowMs();
    },
    whenCalm: (run) => {
      if (!waiting.has(run)) waiting.set(run, nowMs() + LONGEST_WAIT_MS);
      goOn();
      return () => {
        waiting.delete(run);
      };
    },
  };
}
