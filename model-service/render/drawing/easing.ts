/** Curves from 0 to 1 over a time of 0 … 1. A time outside of it counts as its nearer end. */

export function easeInOut(time: number): number {
  const t = clampUnit(time);
  return t < 0.5 ? 4 * t ** 3 : 1 - (-2 * t + 2) ** 3 / 2;
}

export function easeOut(time: number): number {
  return 1 - (1 - clampUnit(time)) ** 4;
}

/** Goes a little beyond the end and comes back. */
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
