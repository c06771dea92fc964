const DAY_MS = 24 * 3_600_000;

/** So many calendar months after an instant (UTC, ms), clamped to the month's last day. */
export function monthsAfter(anchor: number, months: number): number {
  const date = new Date(anchor);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), lastDay)) + (anchor % DAY_MS);
}

/** Which period of an anchor an instant not before it lies in: counted up, one after the other. */
export function periodNumber(anchor: number, at: number): number {
  let number = 0;
  while (monthsAfter(anchor, number + 1) <= at) number += 1;
  return number;
}
