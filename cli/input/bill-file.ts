import { readFile, stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { isDecimal } from '../../domain/prices/dollars.ts';
import type { BillLine } from '../../jobs/costs/import-bill.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';

/** A month of a large deployment; one transaction imports it within seconds. */
const MAX_LINES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FAULTS_SHOWN = 10;

const COLUMNS = ['line', 'id', 'cost', 'currency'] as const;
const REQUIRED = ['line', 'id', 'cost'] as const;

/** A text that PostgreSQL can store and index. */
const word = z.string().regex(/^[\x21-\x7e\u00a0-\uffff]{1,300}$/, 'is not a word of 1 to 300 characters');

const billLine = z.strictObject({
  line: word,
  id: word,
  cost: z.string().refine(isDecimal, 'is not an amount as 0.0400, without a sign or a currency'),
  currency: z.literal('USD', 'is not USD: costs are kept in US dollars').default('USD'),
});

/** fal's own answer to GET /v1/models/billing-events (docs.fal.ai, "Billing events"), one page or several in a list. */
const falEvent = z.object({
  request_id: word,
  timestamp: z.string().max(60),
  cost_estimate_nano_usd: z.int().nonnegative(),
});
const falPage = z.object({ billing_events: z.array(z.unknown()) });

/** Reads a bill: CSV, or JSON if its name ends so. Whole, or CommandError with the fault and its line. */
export async function readBillFile(file: string): Promise<readonly BillLine[]> {
  const text = await textOf(file);
  return linesOf(file, /\.json$/i.test(file) ? rowsOfText(file, text) : rowsOfCsv(file, text));
}

/** Reads a bill from lines or from fal's pages. `source` names it in faults. */
export function billLinesOf(source: string, entries: readonly unknown[]): readonly BillLine[] {
  return linesOf(source, rowsOfJson(entries));
}

function linesOf(file: string, found: readonly Row[]): readonly BillLine[] {
  if (found.length === 0) throw refused(file, ['it has no lines']);
  if (found.length > MAX_LINES)
    throw refused(file, [`it has more than ${MAX_LINES.toLocaleString('en-US')} lines: import it in parts`]);
  const faults: string[] = [];
  const lines: BillLine[] = [];
  const names = new Set<string>();
  for (const { at, row, schema } of found) {
    const parsed = schema.safeParse(row);
    if (!parsed.success) {
      faults.push(...parsed.error.issues.map((issue) => `${at}: ${issue.path.join('.')} ${issue.message}`));
      continue;
    }
    const { line, id, cost } = parsed.data;
    if (names.has(line)) faults.push(`${at}: there is another line ${line}`);
    names.add(line);
    lines.push({ line, id, cost });
  }
  if (faults.length > 0) throw refused(file, faults);
  return lines;
}

type Row = { readonly at: string; readonly row: unknown; readonly schema: z.ZodType<BillLine> };

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MAX_BYTES) throw refused(file, ['it is larger than 64 MiB']);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    if (error instanceof TypeError) throw refused(file, ['it is not UTF-8']);
    throw refused(file, [error instanceof Error ? error.message : String(error)]);
  }
}

function rowsOfCsv(file: string, text: string): readonly Row[] {
  try {
    const rows: { readonly record: Record<string, string>; readonly info: { readonly lines: number } }[] =
      parse(text, { columns: columnsOf, info: true, skip_empty_lines: true, trim: true });
    return rows.map(({ record, info }) => ({
      at: `line ${String(info.lines)}`,
      row: record['currency'] === '' ? { ...record, currency: undefined } : record,
      schema: billLine,
    }));
  } catch (error) {
    if (error instanceof CsvError) throw refused(file, [error.message]);
    if (error instanceof RangeError) throw refused(file, [error.message]);
    throw error;
  }
}

/** Other columns are ignored: exports have many. */
function columnsOf(header: readonly string[]): (string | false)[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new RangeError(
      `its first line names the columns ${COLUMNS.join(', ')}; it lacks ${missing.join(', ')}`,
    );
  const twice = names.find((name, index) => isColumn(name) && names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`its first line names ${twice} twice`);
  return names.map((name) => (isColumn(name) ? name : false));
}

const isColumn = (name: string): boolean => COLUMNS.some((column) => column === name);

function rowsOfText(file: string, text: string): readonly Row[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refused(file, ['it is not JSON']);
  }
  return rowsOfJson(Array.isArray(json) ? json : [json]);
}

function rowsOfJson(entries: readonly unknown[]): readonly Row[] {
  return entries.flatMap((entry, index): readonly Row[] => {
    const page = falPage.safeParse(entry).data;
    const at = `entry ${String(index + 1)}`;
    if (page === undefined) return [{ at, row: entry, schema: billLine }];
    return page.billing_events.map((row, nth) => ({
      at: `billing_events ${String(nth + 1)}`,
      row,
      schema: falEvent.transform((event) => ({
        line: `${event.request_id}@${event.timestamp}`,
        id: event.request_id,
        cost: costOfNanos(event.cost_estimate_nano_usd),
      })),
    }));
  });
}

function costOfNanos(nanos: number): string {
  const digits = String(nanos).padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

function refused(file: string, faults: readonly string[]): CommandError {
  const shown = faults.slice(0, MAX_FAULTS_SHOWN);
  const more = faults.length - shown.length;
  return new CommandError(
    [
      `${file}: nothing was imported.`,
      ...shown.map((fault) => `  ${fault}`),
      ...(more > 0 ? [`  and ${String(more)} more`] : []),
    ].join('\n'),
    EXIT_CODE.failed,
  );
}
