/** Curves from 0 to 1 over 0 … 1; what lies outside is held. Nothing in a film moves at constant speed. */

export function easeInOut(time: number): number {
  const t = clampUnit(time);
  return t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2;
}

export function easeOut(time: number): number {
  return 1 - (1 - clampUnit(time)) ** 4;
}

/** Shoots a little past the end and comes back, as a thing with weight does. */
export function easeOutBack(time: number): number {
  const t = clampUnit(time) - 1;
  return 1 + 2.4 * t ** 3 + 1.4 * t ** 2;
}

function clampUnit(time: number): number {
  return Math.min(1, Math.max(0, time));
}

export function blend(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}
