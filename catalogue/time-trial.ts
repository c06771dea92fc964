import { createContext, Script } from 'node:vm';

/** All trial texts of a schema together take far less on a slow machine, if each is read once from its beginning to its end. */
const LIMIT_MS = 1_000;

const TRIAL = new Script('attempt()');
/** One for all trials, also for one inside another: `attempt` is read as soon as it is set. */
const REALM = createContext({ attempt: () => undefined });

/**
 * Whether `attempt` ends within the limit. It also cuts off a regular expression that backtracks, which nothing else in a process can do. Throws what
 * `attempt` throws.
 */
export function isDoneInTime(attempt: () => void, limitMs = LIMIT_MS): boolean {
  try {
    REALM['attempt'] = attempt;
    TRIAL.runInContext(REALM, { timeout: limitMs });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  }
}

/** Wraps a function: the result throws RangeError past the limit. An endless loop in a catalogue would stop the process. */
export function endingWithin<Args extends readonly unknown[], Result>(
  limitMs: number,
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const results: Result[] = [];
    const isDone = isDoneInTime(() => void results.push(run(...args)), limitMs);
    if (isDone) return results[0] as Result;
    throw new RangeError(
      `it has not ended within ${String(limitMs / 1_000)} s: remove the endless loop, or the check of a text that takes so long`,
    );
  };
}

/** The error is made in the trial's own realm, so `instanceof Error` is false here. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
