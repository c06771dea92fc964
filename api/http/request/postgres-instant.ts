import { z } from 'zod';
import { parseInstant } from '../../../domain/parse-value.ts';

/** PostgreSQL's own text of an instant, as it came from there: RFC 3339 but for the T and whole hours of offset. */
const POSTGRES_INSTANT = /^(\S+) (\S+[+-](?:0\d|1[0-5]))(:[0-5]\d)?$/;

/** Of a cursor: a place between two rows, which keeps its microseconds. */
export const postgresInstant = z.string().refine((text) => {
  const [, day = '', time = '', minutes = ':00'] = POSTGRES_INSTANT.exec(text) ?? [];
  return parseInstant(`${day}T${time}${minutes}`) !== null;
});
