/**
 * The figure that so much of them (0 < share <= 1) are not above: by nearest rank, so always one of them. Throws RangeError
 * for none, or for a share that is none.
 */
export function percentile(figures: readonly number[], share: number): number {
  if (!(share > 0 && share <= 1)) throw new RangeError(`not a share: ${String(share)}`);
  const sorted = [...figures].sort((one, other) => one - other);
  const figure = sorted[Math.ceil(sorted.length * share) - 1];
  if (figure === undefined) throw new RangeError('no figures');
  return figure;
}
