import { createContext, Script } from 'node:vm';

/** Far more than all trial texts of a schema take together on a slow machine, if each is read once from its beginning to its end. */
const LIMIT_MS = 1_000;

const TRIAL = new Script('attempt()');

/** Whether it is through within the limit. A pattern that backtracks is cut off as well: nothing else in a process can do that. Throws what it throws. */
export function isDoneInTime(attempt: () => void, limitMs = LIMIT_MS): boolean {
  try {
    TRIAL.runInContext(createContext({ attempt }), { timeout: limitMs });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  }
}

/** Made in the trial's own realm, it is no Error of ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
