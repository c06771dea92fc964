import { once } from 'node:events';
import type { Response } from 'express';
import type { EntryView } from '../../contract/shapes/credit-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import { readStatementRows, type Entry } from '../../ledger/reads/read-entries.ts';
import type { StoredStatement } from '../../ledger/reads/read-statement.ts';
import { csvLine } from '../http/csv.ts';
import { viewEntry } from './entry-view.ts';
import { instantText } from '../../domain/instant-text.ts';
import type { AccountExchange } from '../http/route.ts';

/** Entries per query and per write: some 200 KB of text. */
const PAGE = 1_000;
/** A reader that takes nothing for so long is cut off. */
const STALLED_MS = 60_000;

const COLUMNS = [
  'id',
  'seq',
  'kind',
  'credits',
  'job_id',
  'output_id',
  'grant_id',
  'reason',
  'balance_after',
  'created_at',
  'charged',
  'refunded',
] as const satisfies readonly (keyof EntryView)[];

/**
 * Sends a statement's entries as CSV, oldest first: one page at a time is in memory. Entries written meanwhile belong
 * to the next statement.
 */
export async function streamStatementRows(
  database: Database,
  { request, response, accountId }: Pick<AccountExchange, 'request' | 'response' | 'accountId'>,
  statement: StoredStatement,
): Promise<void> {
  const pageAfter = (after: number) =>
    readStatementRows(database, accountId, statement.last, { after, limit: PAGE });
  // Before the headers, a database that is away is still a 503.
  let page = await pageAfter(statement.after);
  response.status(200).set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${fileNameOf(accountId, statement)}"`,
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(STALLED_MS, () => response.destroy());
  await write(response, csvLine(COLUMNS));
  while (!response.destroyed) {
    await write(response, page.map((entry) => lineOf(accountId, entry)).join(''));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    page = await pageAfter(last.seq);
  }
  response.end();
}

function lineOf(accountId: string, entry: Entry): string {
  const shown = viewEntry(accountId, entry);
  return csvLine(COLUMNS.map((column) => shown[column]));
}

function fileNameOf(accountId: string, statement: StoredStatement): string {
  const day = (instant: string) => instantText(instant).slice(0, 'YYYY-MM-DD'.length);
  return `statement_${accountId}_${day(statement.from)}_${day(statement.to)}.csv`;
}

/** Waits until a slow reader has caught up, or has gone. */
async function write(response: Response, text: string): Promise<void> {
  if (text === '' || response.destroyed || response.write(text)) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
