/** Months and days of the calendar, as `YYYY-MM` and `YYYY-MM-DD`, in UTC. */

const DAY_MS = 86_400_000;

/** The month in which an instant (ms) lies. */
export function monthAt(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 'YYYY-MM'.length);
}

/** The instants between which a month lies: the second is not of it. */
export function monthOf(month: string): { readonly from: string; readonly to: string } {
  const from = new Date(`${month}-01T00:00:00Z`);
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  return { from: from.toISOString(), to: to.toISOString() };
}

/** The days of a month, `YYYY-MM-DD`, in order. */
export function daysOf(month: string): readonly string[] {
  const { from, to } = monthOf(month);
  return daysBetween(new Date(from), new Date(Date.parse(to) - 1));
}

/** The days (UTC) from that of one instant to that of another, `YYYY-MM-DD`, in order. */
export function daysBetween(from: Date, to: Date): readonly string[] {
  const first = Math.floor(from.getTime() / DAY_MS);
  const count = Math.floor(to.getTime() / DAY_MS) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) =>
    new Date((first + index) * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length),
  );
}
