/** The first restart is almost immediate: most crashes are single events, and jobs wait. */
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** A child that lived this long had started well: the count restarts. */
export const SOUND_LIFE_MS = 10_000;

/** The delay before a restart, after `failures` (≥ 1) short lives in a row. Milliseconds. */
export function restartDelayMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
}
