/** RFC 3339 in UTC, to the millisecond: the only form of a time on the wire. Takes PostgreSQL's JSON, or a Date. */
export function instantText(instant: string | Date): string {
  return new Date(instant).toISOString();
}

export function instantTextOrNull(instant: string | Date | null): string | null {
  return instant === null ? null : instantText(instant);
}
