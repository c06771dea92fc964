import { createHash } from 'node:crypto';

/**
 * Returns numbers 0 … 1 that are the same for the same seed: a job that is rendered again after a restart looks the
 * same.
 */
export type SeededRandom = () => number;

/** mulberry32: 32 bits of state are plenty for a few hundred draws per picture. */
export function seededRandom(seed: string): SeededRandom {
  let state = createHash('sha256').update(seed, 'utf8').digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns one of the choices. Throws RangeError when there is none. */
export function pick<T>(random: SeededRandom, choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}
