import { z } from 'zod';
import type {
  LedgerReport,
  LedgerReportDay,
  LedgerReportRow,
  LedgerReportSums,
} from '../../contract/shapes/ledger-shapes.ts';
import { sumCredits } from '../../domain/credits/credits.ts';
import { GRANT_SOURCES, type GrantSource } from '../../domain/credits/grant-rules.ts';
import { instantText } from '../../domain/instant-text.ts';
import { daysOf, monthOf } from '../../domain/month.ts';
import type { Database } from '../database.ts';

const moved = z.strictObject({
  issued: z.int(),
  spent: z.int(),
  refunded: z.int(),
  expired: z.int(),
  voided: z.int(),
});
type Moved = z.output<typeof moved>;
const NOTHING: Moved = { issued: 0, spent: 0, refunded: 0, expired: 0, voided: 0 };

const stored = z.strictObject({
  counted_until: z.string().nullable(),
  opening: z.partialRecord(z.enum(GRANT_SOURCES), z.int()),
  days: z.array(moved.extend({ day: z.iso.date(), source: z.enum(GRANT_SOURCES) })),
});
type StoredDay = z.output<typeof stored>['days'][number];

/** The accountant's report of a month (`YYYY-MM`, UTC), by source and by day, as counted by `countReport`. */
export async function readReport(database: Database, month: string): Promise<LedgerReport> {
  const { from, to } = monthOf(month);
  const { rows } = await database.query<{ report: unknown }>({
    name: 'ledger.read_report',
    text: 'SELECT ledger.read_report($1, $2) AS report',
    values: [from, to],
  });
  const { counted_until: until, opening, days: kept } = stored.parse(rows[0]?.report);
  const sources = GRANT_SOURCES.filter(
    (source) => opening[source] !== undefined || kept.some((day) => day.source === source),
  );
  const data = sources.map((source) =>
    rowOf(
      source,
      opening[source] ?? 0,
      kept.filter((day) => day.source === source),
    ),
  );
  return {
    month,
    counted_until: until === null ? null : instantText(until),
    data,
    total: totalOf(data),
    days: dayRowsOf(data, kept, countedDaysOf(month, until)),
  };
}

function countedDaysOf(month: string, countedUntil: string | null): readonly string[] {
  if (countedUntil === null) return [];
  return daysOf(month).filter((day) => Date.parse(day) < Date.parse(countedUntil));
}

function rowOf(source: GrantSource, opening: number, days: readonly StoredDay[]): LedgerReportRow {
  const sum = (column: keyof Moved) => sumCredits(days.map((day) => day[column]));
  const sums = {
    issued: sum('issued'),
    spent: sum('spent'),
    refunded: sum('refunded'),
    expired: sum('expired'),
    voided: sum('voided'),
  };
  return { source, opening, ...sums, outstanding: outstandingAfter(opening, sums) };
}

function outstandingAfter(before: number, { issued, spent, refunded, expired, voided }: Moved): number {
  return before + issued - spent + refunded - expired - voided;
}

function totalOf(rows: readonly LedgerReportRow[]): LedgerReportSums {
  const sum = (column: keyof LedgerReportSums) => sumCredits(rows.map((row) => row[column]));
  return {
    opening: sum('opening'),
    issued: sum('issued'),
    spent: sum('spent'),
    refunded: sum('refunded'),
    expired: sum('expired'),
    voided: sum('voided'),
    outstanding: sum('outstanding'),
  };
}

/** Every day with every source: a day without entries ends like the day before. */
function dayRowsOf(
  rows: readonly LedgerReportRow[],
  kept: readonly StoredDay[],
  days: readonly string[],
): readonly LedgerReportDay[] {
  const outstanding = new Map(rows.map(({ source, opening }) => [source, opening]));
  const found = new Map(kept.map(({ day, source, ...sums }) => [`${day} ${source}`, sums]));
  return days.flatMap((day) =>
    rows.map(({ source }) => {
      const sums = found.get(`${day} ${source}`) ?? NOTHING;
      const after = outstandingAfter(outstanding.get(source) ?? 0, sums);
      outstanding.set(source, after);
      return { day, source, ...sums, outstanding: after };
    }),
  );
}
