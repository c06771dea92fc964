import { z } from 'zod';
import { MAX_FINDINGS, type LedgerChecks } from '../contract/shapes/ledger-shapes.ts';
import { instantText } from '../domain/instant-text.ts';
import type { Database } from './database.ts';
import type { Discrepancy } from './reconcile.ts';

/** Records what `reconcile` found: how much, and the first findings. */
export async function recordReconcile(database: Database, found: readonly Discrepancy[]): Promise<void> {
  const data = found.slice(0, MAX_FINDINGS).map(({ check, account_id, subject }) => ({
    check,
    account_id,
    subject,
  }));
  await record(database, 'ledger', found.length, { data });
}

type ReconcilerRun = Omit<NonNullable<LedgerChecks['reconciler']>, 'ran_at'>;

/** Records a run of the reconciler. */
export async function recordReconciler(database: Database, run: ReconcilerRun): Promise<void> {
  await record(database, 'reservations', run.held_back, run);
}

async function record(database: Database, name: string, findings: number, detail: object): Promise<void> {
  await database.query({
    name: 'ledger.record_check',
    text: 'SELECT ledger.record_check($1, $2, $3)',
    values: [name, findings, JSON.stringify(detail)],
  });
}

const ran = { ran_at: z.date(), findings: z.int() };
const storedRun = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('ledger'),
    ...ran,
    detail: z.strictObject({
      data: z.array(
        z.strictObject({
          check: z.string(),
          account_id: z.string().nullable(),
          subject: z.string().nullable(),
        }),
      ),
    }),
  }),
  z.strictObject({
    name: z.literal('reservations'),
    ...ran,
    detail: z.strictObject({
      looked: z.int(),
      released: z.int(),
      held_back: z.int(),
      doubt: z.string().nullable(),
    }),
  }),
]);

/** Reads the last run of each check. */
export async function readChecks(database: Database): Promise<LedgerChecks> {
  const { rows } = await database.query<Record<string, unknown>>({
    name: 'ledger.read_checks',
    text: 'SELECT name, ran_at, findings, detail FROM ledger.read_checks()',
    values: [],
  });
  let checks: LedgerChecks = { reconcile: null, reconciler: null };
  for (const run of rows.map((row) => storedRun.parse(row))) {
    const ranAt = instantText(run.ran_at);
    checks =
      run.name === 'ledger'
        ? { ...checks, reconcile: { ran_at: ranAt, findings: run.findings, ...run.detail } }
        : { ...checks, reconciler: { ran_at: ranAt, ...run.detail } };
  }
  return checks;
}
