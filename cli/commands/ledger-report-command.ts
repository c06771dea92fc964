import type { LedgerReport } from '../../contract/shapes/ledger-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { formatReport } from '../show/format-report.ts';
import { second, show } from '../show/show.ts';

/** `holdfast ledger report`: a month for an accountant, per source of credits, with a total. */
export async function ledgerReportCommand(
  context: CommandContext,
  options: { readonly month: string; readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<LedgerReport>(`/v1/ledger/report?month=${options.month}`);
  show(body, options, () => linesOf(body));
}

function linesOf({ month, counted_until: until, data, total }: LedgerReport): string {
  const counted = until === null ? 'the journal is not counted yet' : `as of ${second(until)}`;
  return [`Credits of ${month} (UTC), by source; ${counted}\n`, formatReport(data, total)].join('\n');
}
