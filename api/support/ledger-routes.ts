import { CALLS } from '../../contract/calls.ts';
import type { LedgerReport, LedgerReportRow } from '../../contract/shapes/ledger-shapes.ts';
import { monthAt } from '../../domain/month.ts';
import { readChecks } from '../../ledger/check-runs.ts';
import type { Database } from '../../ledger/database.ts';
import { readReport } from '../../ledger/reads/read-report.ts';
import { csvLine } from '../http/csv.ts';
import { readQuery } from '../http/request/read-query.ts';
import { type Route, route } from '../http/route.ts';

/**
 * GET /v1/ledger/report: the credits of a month (by default this one) by source and by day. As text/csv: the sources.
 */
export function ledgerReportRoute(deps: { readonly database: Database; readonly now: () => number }): Route {
  return route(CALLS.readLedgerReport, {
    async handle({ request, response }) {
      const { month = monthAt(deps.now()) } = readQuery(request, CALLS.readLedgerReport.query);
      const report = await readReport(deps.database, month);
      response.vary('Accept').set('Cache-Control', 'no-store');
      if (request.accepts(['application/json', 'text/csv']) !== 'text/csv') {
        response.json(report);
        return;
      }
      response.set({
        'Content-Type': 'text/csv; charset=utf-8; header=present',
        'Content-Disposition': `attachment; filename="ledger_${month}.csv"`,
      });
      response.send(csvOf(report));
    },
  });
}

const COLUMNS = [
  'source',
  'opening',
  'issued',
  'spent',
  'refunded',
  'expired',
  'voided',
  'outstanding',
] as const satisfies readonly (keyof LedgerReportRow)[];

function csvOf({ month, data }: LedgerReport): string {
  const lines = data.map((row) => csvLine([month, ...COLUMNS.map((column) => row[column])]));
  return [csvLine(['month', ...COLUMNS]), ...lines].join('');
}

/** GET /v1/ledger/checks: the last run of each check. Runs none. */
export function ledgerChecksRoute({ database }: { readonly database: Database }): Route {
  return route(CALLS.readLedgerChecks, {
    async handle({ response }) {
      response.set('Cache-Control', 'no-store').json(await readChecks(database));
    },
  });
}
