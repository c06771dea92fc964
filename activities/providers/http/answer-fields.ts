import { z } from 'zod';
import { isProviderJobId } from '../../../domain/ids.ts';

/**
 * Fields of a service's answer. A field that is not as documented is left out, unless it says how the job stands: it
 * neither hides the end of a job nor reaches a table that cannot hold it.
 */

/** The service's id of a job. An answer without one that can be stored and asked for names no job. */
export const jobId = z.string().refine(isProviderJobId);

/** A field that does not say how the job stands: null where it is missing or malformed. */
export function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(null);
}

/** Shown to people on a progress bar. */
export const stageName = z.string().regex(/^[^\p{C}]{1,60}$/u);

/** The share of the work that is done: 0 to 1. */
export const fraction = z.number().min(0).max(1);

/** Longer than any queue. */
const MAX_QUEUE_POSITION = 1_000_000;

export const queuePosition = z.int().min(0).max(MAX_QUEUE_POSITION);

/** Money as text, never a float. */
export const cost = z.string().regex(/^\d{1,9}(\.\d{1,12})?$/);
