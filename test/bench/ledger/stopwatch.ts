/** Wraps a call; it returns the call's result. */
export type Time = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

export type Stopwatch = {
  readonly time: Time;
  /** The times of the calls since the last look, in milliseconds. */
  readonly takeTimesMs: () => readonly number[];
};

export function createStopwatch(): Stopwatch {
  let timesMs: number[] = [];
  return {
    time: async (call) => {
      const startedAt = performance.now();
      const answer = await call();
      timesMs.push(performance.now() - startedAt);
      return answer;
    },
    takeTimesMs: () => {
      const taken = timesMs;
      timesMs = [];
      return taken;
    },
  };
}

/** For cycles that are counted and not timed. */
export const untimed: Time = (call) => call();
