import { z } from 'zod';
import { isProviderJobId } from '../../../domain/ids.ts';

/**
 * Fields of what a service responds. How a job stands counts, whatever stands beside it: a field that is not what it is documented to be is
 * left out, so that it neither hides the end of a job nor reaches a table that cannot hold it.
 */

/** What a service calls a job. An answer without one that can be kept and asked for names no job. */
export const jobId = z.string().refine(isProviderJobId);

/** A field beside those that say how a job stands: null where it is missing or odd. */
export function beside<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().catch(null);
}

/** For people, on a progress bar. */
export const stageName = z.string().regex(/^[^\p{C}]{1,60}$/u);

/** Of the whole: 0 to 1. */
export const fraction = z.number().min(0).max(1);

/** Longer than any queue. */
const MAX_QUEUE_POSITION = 1_000_000;

export const queuePosition = z.int().min(0).max(MAX_QUEUE_POSITION);

/** Money as text, never a float. */
export const cost = z.string().regex(/^\d{1,9}(\.\d{1,12})?$/);
