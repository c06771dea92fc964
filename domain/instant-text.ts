/** RFC 3339 in UTC, to the millisecond: the only form of a time on the wire. Takes PostgreSQL's JSON, or a Date. */
export function instantText(instant: string | Date): string {
  return new Date(instant).toISOString();
}

export function instantTextOrNull(instant: string | Date | null): string | null {
  return instant === null ? null : instantText(instant);
}

/** A time as PostgreSQL writes it into JSON: to the microsecond, and with an offset. */
const STORED_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d:\d\d$/;

/** The names of fields that hold a time. A text of a caller's (a name, a reference) stays as it was written. */
const NAMES_A_TIME = /(?:^from|^to|since|_at|_by|_start|_end|_until)$/;

/** The fields of a stored JSON object, with its times in the form of every other time. */
export function withInstantTexts(stored: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isTime = (name: string, value: unknown): value is string =>
    NAMES_A_TIME.test(name) && typeof value === 'string' && STORED_INSTANT.test(value);
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name, isTime(name, value) ? instantText(value) : value]),
  );
}
