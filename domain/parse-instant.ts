const DAY = String.raw`(\d{4}-\d{2}-\d{2})`;
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?`;
const OFFSET = String.raw`(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;

/** RFC 3339, section 5.6. Not ISO 8601, which knows an hour 24. A leap second (:60) is refused: neither JavaScript nor PostgreSQL keeps one. */
const RFC_3339 = new RegExp(`^${DAY}[Tt]${TIME}${OFFSET}$`);

/** What four digits of a year can say, in UTC. PostgreSQL reads all of it; JavaScript alone would go on to the year 275760. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * The moment that an RFC 3339 text names, to the millisecond; null when it names none. The one parser of times that come from
 * outside: bodies, queries and cursors of the API, arguments of the command line, messages to workflows. What goes on from here is
 * the Date, or its `toISOString()`, which JavaScript and PostgreSQL read alike.
 */
export function parseInstant(text: unknown): Date | null {
  if (typeof text !== 'string') return null;
  const day = RFC_3339.exec(text)?.[1];
  if (day === undefined || !isOfTheCalendar(day)) return null;
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? new Date(ms) : null;
}

/** Date.parse takes 31 February for 3 March; PostgreSQL refuses it. */
function isOfTheCalendar(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
