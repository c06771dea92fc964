import { z } from 'zod';
import { readReservationIds } from '../../jobs/reads/read-reservation-ids.ts';
import type { Database } from '../../ledger/database.ts';
import { ENTRY_KINDS, readEntries } from '../../ledger/read-entries.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { viewEntry } from './entry-view.ts';
import { instant, listLimit, readQuery } from '../http/read-query.ts';
import type { Route } from '../http/route.ts';

/** Of a filter: whether there is such a job is not the question. */
const jobId = z.string().superRefine((text, context) => {
  if (/^job_\w{1,64}$/.test(text)) return;
  context.addIssue({ code: 'custom', params: { code: 'not_an_id' }, message: 'An id: job_…' });
});

const query = z.strictObject({
  kind: z.enum(ENTRY_KINDS).optional(),
  job_id: jobId.optional(),
  from: instant.optional(),
  to: instant.optional(),
  cursor: z.string().optional(),
  limit: listLimit,
});
const position = z.strictObject({ before: z.int().min(1) });

/** GET /v1/entries: the usage history, newest first. */
export function entriesRoute(deps: { readonly database: Database }): Route {
  return {
    method: 'get',
    path: '/v1/entries',
    access: 'account',
    scopes: ['credits:read', 'billing:write', 'support'],
    async handle({ request, response, accountId }) {
      const asked = readQuery(request, query);
      const { before } = asked.cursor === undefined ? { before: null } : readCursor(asked.cursor, position);
      const entries = await readEntries(
        deps.database,
        accountId,
        {
          kinds: asked.kind === undefined ? null : [asked.kind],
          reservationIds:
            asked.job_id === undefined
              ? null
              : await readReservationIds(deps.database, accountId, asked.job_id),
          from: asked.from ?? null,
          to: asked.to ?? null,
        },
        { before, limit: asked.limit + 1 },
      );
      const shown = entries.slice(0, asked.limit);
      const last = shown.at(-1);
      const hasMore = entries.length > shown.length && last !== undefined;
      response.set('Cache-Control', 'no-store').json({
        data: shown.map((entry) => viewEntry(accountId, entry)),
        next_cursor: hasMore ? writeCursor({ before: last.seq }) : null,
      });
    },
  };
}
