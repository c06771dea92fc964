import type { CostReport, CostSums, UnknownBill } from '../../contract/shapes/cost-shapes.ts';
import { importBill, type BillLine, type ImportedBill } from '../../jobs/costs/import-bill.ts';
import { billLinesOf, readBillFile } from '../input/bill-file.ts';
import { fetchFalBill } from '../input/fal-bill.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { connectOperatorApi, type OperatorApi } from '../operator-api.ts';
import { second, show, shown } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';
import { askDatabase } from '../with-database.ts';
import { counted } from '../../domain/texts/counted.ts';

/** The most bills listed: the oldest ones to begin with. */
const MAX_SHOWN = 1_000;
const PAGE = 100;
const MAX_IDS_SHOWN = 20;

export type CostsOptions = { readonly month?: string; readonly json: boolean };

/**
 * `holdfast costs`: the cost and income of each model, what was returned and billed all the same, and bills in doubt.
 */
export async function costsCommand(context: CommandContext, options: CostsOptions): Promise<void> {
  const api = await connectOperatorApi(context);
  const query = options.month === undefined ? '' : `?month=${options.month}`;
  const { body: report } = await api.json<CostReport>(`/v1/costs${query}`);
  const unknown = await readUnknownBills(api, report.month);
  show({ ...report, unknown_bills: unknown }, options, () => linesOf(report, unknown));
}

type Page = { readonly data: readonly UnknownBill[]; readonly next_cursor: string | null };

async function readUnknownBills(api: OperatorApi, month: string): Promise<readonly UnknownBill[]> {
  const bills: UnknownBill[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      ...{ month, limit: String(PAGE) },
      ...(cursor === null ? {} : { cursor }),
    });
    const page: Page = (await api.json<Page>(`/v1/costs/unknown_bills?${query.toString()}`)).body;
    bills.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor !== null && bills.length < MAX_SHOWN);
  return bills;
}

function linesOf(report: CostReport, unknown: readonly UnknownBill[]): string {
  if (report.data.length === 0) return `Nothing was submitted to a model service in ${report.month} (UTC).`;
  const cellsOf = (sums: CostSums) => [
    shown(sums.outputs),
    shown(sums.credits_charged - sums.credits_refunded),
    sums.provider_cost,
    sums.provisional_cost,
    sums.returned_but_paid.provider_cost,
    shown(sums.margin),
  ];
  const rows = [
    ...report.data.map((row) => ({ cells: cellsOf(row), below: [`${row.kind} by ${row.model}`] })),
    { cells: cellsOf(report.total), below: ['in all'] },
  ];
  return [
    `Costs of ${report.month} (UTC), in US dollars\n`,
    formatRecords(['outputs', 'credits', 'cost', 'not final', 'paid, returned', 'margin'], rows),
    ...uncostedLines(report.total),
    ...unknownLines(unknown),
  ].join('\n');
}

function uncostedLines({ uncosted_attempts: attempts }: CostSums): readonly string[] {
  if (attempts === 0) return [];
  return [`\nBilled, and nothing says how much: ${counted(attempts, 'attempt')}, in no sum.`];
}

function unknownLines(bills: readonly UnknownBill[]): readonly string[] {
  if (bills.length === 0) return [];
  return [
    '\nNothing says whether these were billed: ask their services.\n',
    formatRecords(
      ['posted at', 'provider', 'expected'],
      bills.map((bill) => ({
        cells: [second(bill.posted_at), bill.provider, shown(bill.expected_cost)],
        below: [
          bill.reference,
          `of ${bill.account_id}`,
          `there: ${bill.provider_job_id ?? 'no answer named it'}`,
        ],
      })),
    ),
  ];
}

export type ImportOptions = { readonly provider: string; readonly json: boolean };

/** `holdfast costs import`: imports a service's bill, whole or not at all; each line counts once. */
export async function importCostsCommand(
  context: CommandContext,
  file: string,
  options: ImportOptions,
): Promise<void> {
  await importLines(context, file, await readBillFile(file), options);
}

export type FetchOptions = { readonly provider: 'fal'; readonly days: number; readonly json: boolean };

/** `holdfast costs fetch`: imports what a service's API bills. It can be repeated: each line counts once. */
export async function fetchCostsCommand(context: CommandContext, options: FetchOptions): Promise<void> {
  const pages = await fetchFalBill(context.falBilling(), options.days, context.now());
  const source = 'the billing events of fal';
  // An empty bill is no fault here, as it is in a file.
  const isEmpty = pages.every(({ billing_events: events }) => events.length === 0);
  await importLines(context, source, isEmpty ? [] : billLinesOf(source, pages), options);
}

async function importLines(
  context: CommandContext,
  source: string,
  lines: readonly BillLine[],
  options: Pick<ImportOptions, 'provider' | 'json'>,
): Promise<void> {
  const bill = await askDatabase(await context.databaseUrl(), 'costs import', (database) =>
    importBill(database, options.provider, lines),
  );
  if (bill.changed.length > 0) {
    const [first = ''] = bill.changed;
    throw new CommandError(
      `${source}: nothing was imported. ${counted(bill.changed.length, 'line was', 'lines were')} imported before with another ` +
        `cost or of another attempt; the first is ${first}.`,
      EXIT_CODE.failed,
    );
  }
  show(bill, options, () => importedLines(bill));
}

function importedLines(bill: ImportedBill): string {
  const ids = bill.unknown.slice(0, MAX_IDS_SHOWN);
  const more = bill.unknown.length - ids.length;
  return [
    `Imported ${counted(bill.imported, 'line')}; ${shown(bill.known)} had been imported before.`,
    ...(ids.length === 0
      ? []
      : [`Of no attempt here, and left out (${shown(bill.unknown.length)}):`, ...ids.map((id) => `  ${id}`)]),
    ...(more > 0 ? [`  and ${shown(more)} more (--json lists them all)`] : []),
  ].join('\n');
}
