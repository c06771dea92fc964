const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** What both PostgreSQL and four digits of a year can say. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** The moment that an RFC 3339 text names, to the millisecond; null when it names none. */
export function parseInstant(text: string): Date | null {
  const day = RFC_3339.exec(text)?.[1];
  if (day === undefined || !isOfTheCalendar(day)) return null;
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? new Date(ms) : null;
}

/** Date.parse takes 31 February for 3 March; PostgreSQL does not. */
function isOfTheCalendar(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
