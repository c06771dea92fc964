/** Reports progress: the command line prints it to stderr, tests keep it. */
export type Progress = (line: string) => void;

/** Frequent enough to show life, rare enough for a CI log. */
const STEP_MS = 10_000;

/** Runs a long step, and reports every 10 s that it still runs and for how long: "building … 30 s". */
export async function withElapsed<T>(what: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const elapsed = () => `${String(Math.round((performance.now() - startedAt) / 1_000))} s`;
  const ticking = setInterval(() => {
    progress(`${what} … ${elapsed()}`);
  }, STEP_MS);
  try {
    progress(`${what} …`);
    const result = await work();
    progress(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(ticking);
  }
}
