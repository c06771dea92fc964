import { CALLS } from '../../contract/calls.ts';
import { EARLIEST_MS } from '../../domain/parse-value.ts';
import { readUsage } from '../../jobs/reads/read-usage.ts';
import type { Database } from '../../ledger/database.ts';
import { readNow } from '../../ledger/test-clock.ts';
import { invalidPart } from '../http/problem.ts';
import { readQuery } from '../http/request/read-query.ts';
import { route, type Route } from '../http/route.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** A quarter of a year: so many entries are read at once. */
const MAX_DAYS = 92;

/** GET /v1/usage: charges by day and kind. Without dates, of the last days by the account's clock. */
export function usageByDayRoute({ database }: { readonly database: Database }): Route {
  return route(CALLS.readUsage, {
    async handle({ request, response, accountId }) {
      const asked = readQuery(request, CALLS.readUsage.query);
      const to = asked.to ?? (await readNow(database, accountId)).toISOString();
      const earliest = Math.max(Date.parse(to) - DEFAULT_DAYS * DAY_MS, EARLIEST_MS);
      const from = asked.from ?? new Date(earliest).toISOString();
      const lengthMs = Date.parse(to) - Date.parse(from);
      if (lengthMs < 0) throw invalidPart('/to', 'before_from', 'to must not be before from.');
      if (lengthMs > MAX_DAYS * DAY_MS) {
        throw invalidPart('/from', 'too_early', `At most ${String(MAX_DAYS)} days before to.`);
      }
      const data = await readUsage(database, accountId, { from, to });
      response.set('Cache-Control', 'no-store').json({ from, to, data });
    },
  });
}
