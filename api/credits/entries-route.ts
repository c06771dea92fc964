import { z } from 'zod';
import { pageOf } from '../../domain/page-of.ts';
import { CALLS } from '../../contract/calls.ts';
import { readJob } from '../../jobs/reads/read-job.ts';
import type { Database } from '../../ledger/database.ts';
import { readEntries } from '../../ledger/reads/read-entries.ts';
import { readCursor, writeCursor } from '../http/cursor.ts';
import { viewEntry } from './entry-view.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';

const position = z.strictObject({ before: z.int().min(1) });

/** GET /v1/entries: the usage history, newest first. */
export function entriesRoute(deps: { readonly database: Database }): Route {
  return route(CALLS.listEntries, {
    async handle({ request, response, accountId }) {
      const asked = readQuery(request, CALLS.listEntries.query);
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
      const { shown, last } = pageOf(entries, asked.limit);
      response.set('Cache-Control', 'no-store').json({
        data: shown.map((entry) => viewEntry(accountId, entry)),
        next_cursor: last === undefined ? null : writeCursor({ before: last.seq }),
      });
    },
  });
}

/** A job's reservations, one per output; none of a job that the account does not have. */
async function readReservationIds(database: Database, accountId: string, jobId: string): Promise<string[]> {
  const job = await readJob(database, accountId, jobId);
  return (job?.outputs ?? []).map((output) => output.reservation_id);
}
