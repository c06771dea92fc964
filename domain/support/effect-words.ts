/** The words of what an action of support would do. Days and minutes are of UTC. */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `30 Nov 2026`, of a text in RFC 3339 and UTC. */
export function day(instant: string | null): string {
  const [year = '', month = '', date = ''] = (instant ?? '').slice(0, 10).split('-');
  return `${String(Number(date))} ${MONTHS[Number(month) - 1] ?? ''} ${year}`;
}

/** `30 Nov 2026, 14:32 UTC` */
export function minute(instant: string): string {
  return `${day(instant)}, ${instant.slice(11, 16)} UTC`;
}
