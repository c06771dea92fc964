import { z } from 'zod';

/**
 * Fields that many responses share. Objects are strict, so a test that parses a response finds missing and unknown
 * fields.
 */

/** RFC 3339 in UTC, to the millisecond: the one form of a time in a response. */
export const instant = z.iso.datetime({ precision: 3 });

/** A whole number of credits, never negative. */
export const credits = z.int().min(0);

/** Credits that an account may have; null: it has none of these. */
export const creditsOrNone = credits.nullable();

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const accountId = z.string().startsWith('acct_');
export const jobId = z.string().startsWith('job_');
export const outputId = z.string().startsWith('out_');
export const reservationId = z.string().startsWith('rsv_');
export const grantId = z.string().startsWith('grant_');
export const entryId = z.string().startsWith('entry_');
export const reviewId = z.string().startsWith('rev_');

/** A path of this API. */
export const apiPath = z.string().startsWith('/v1/');

/** A list inside of a response: read-only. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item).readonly();
}

/** A page of a list. `next_cursor` leads to the next one; null: it is the last. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ data: listOf(item), next_cursor: z.string().nullable() });
}
