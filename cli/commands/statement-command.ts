import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { fields, show } from '../show.ts';

type Statement = {
  readonly from: string;
  readonly to: string;
  readonly opening: number;
  readonly closing: number;
  readonly sums: Readonly<Record<string, number>>;
};

export type StatementOptions = {
  readonly from?: string;
  readonly to?: string;
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
  const query = new URLSearchParams();
  if (options.from !== undefined) query.set('from', options.from);
  if (options.to !== undefined) query.set('to', options.to);
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

async function print(body: ReadableStream): Promise<void> {
  try {
    await pipeline(Readable.fromWeb(body as never), process.stdout, { end: false });
  } catch (error) {
    // Whoever reads us has had enough (head, say).
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
  ]);
}
