import type { Balance } from '../../contract/shapes/credit-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { fields, second, secondOrDash, show, shown } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';
import { counted, countedFigure } from '../../domain/texts/counted.ts';

/** `holdfast balance`: available and reserved credits, and their grants. */
export async function balanceCommand(
  context: CommandContext,
  account: string,
  options: { readonly json: boolean },
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<Balance>('/v1/balance', { account });
  show(body, options, () => linesOf(body));
}

/** The planning figures of the price list: each number alone. */
function purchasesOf(buys: Balance['buys']): string {
  return Object.entries(buys)
    .map(([name, count]) => countedFigure(count, name))
    .join(' or ');
}

function linesOf(balance: Balance): string {
  const { next_expiry: next, buys } = balance;
  const sums = fields([
    ['Account', balance.account_id],
    ['Available', balance.available],
    ['Reserved', balance.reserved],
    ['Spent this period', `${shown(balance.spent_this_period)} since ${balance.period_starts_at}`],
    ['Buys', purchasesOf(buys)],
    ['Next expiry', next === null ? null : `${counted(next.credits, 'credit')} at ${second(next.at)}`],
  ]);
  if (balance.grants.length === 0) return sums;
  const grants = balance.grants.map((grant) => ({
    cells: [
      grant.source,
      shown(grant.available),
      shown(grant.reserved),
      shown(grant.spent),
      secondOrDash(grant.expires_at),
    ],
    below: [grant.id],
  }));
  const header = ['source', 'available', 'reserved', 'spent', 'expires'];
  return `${sums}\n\nGrants, in the order of use:\n${formatRecords(header, grants)}`;
}
