import { z } from 'zod';
import { parseInstant } from '../../../domain/parse-value.ts';

/** PostgreSQL's text of an instant: RFC 3339 but for the T and offsets in whole hours. */
const POSTGRES_INSTANT = /^(\S+) (\S+[+-](?:0\d|1[0-5]))(:[0-5]\d)?$/;

/** An instant in a cursor, a position between two rows, which keeps its microseconds. */
export const postgresInstant = z.string().refine((text) => {
  const [, day = '', time = '', minutes = ':00'] = POSTGRES_INSTANT.exec(text) ?? [];
  return parseInstant(`${day}T${time}${minutes}`) !== null;
});
