import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Statement } from '../../contract/shapes/credit-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { fields, show } from '../show/show.ts';

export type StatementOptions = {
  readonly from?: string;
  readonly to?: string;
  /** Instead of both: a calendar month, YYYY-MM. */
  readonly month?: string;
  readonly csv: boolean;
  readonly json: boolean;
};

/** `holdfast statement`: opening and closing balance and the sums between, or every row as CSV. */
export async function statementCommand(
  context: CommandContext,
  account: string,
  options: StatementOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { from, to } = options.month === undefined ? options : stretchOfMonth(options.month);
  const query = new URLSearchParams();
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  const path = `/v1/statement?${query.toString()}`;
  if (options.csv) {
    const response = await api.open(path, { account, accept: 'text/csv' });
    if (response.body === null) throw new RangeError('a statement without rows');
    await print(response.body);
    return;
  }
  const { body } = await api.json<Statement>(path, { account });
  show(body, options, () => linesOf(body));
}

/** From its first moment to the next month's, in UTC. */
function stretchOfMonth(month: string): { readonly from: string; readonly to: string } {
  const from = new Date(`${month}-01T00:00:00Z`);
  const to = new Date(from);
  to.setUTCMonth(from.getUTCMonth() + 1);
  return { from: from.toISOString(), to: to.toISOString() };
}

async function print(body: ReadableStream): Promise<void> {
  try {
    await pipeline(Readable.fromWeb(body as never), process.stdout, { end: false });
  } catch (error) {
    // The reader of our output has ended (`head`, for example).
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return;
    throw new CommandError('the statement was cut short: ask for it again', EXIT_CODE.failed);
  }
}

function linesOf(statement: Statement): string {
  return fields([
    ['From', statement.from],
    ['To', statement.to],
    ['Opening', statement.opening],
    ...Object.entries(statement.sums).map(([kind, credits]) => [`  ${kind}`, credits] as const),
    ['Closing', statement.closing],
    ['Charged', statement.charged],
    ['Refunded', statement.refunded],
  ]);
}
