import { unlessActed } from './unless-acted.ts';
import type { Database } from './database.ts';

type VoidResult =
  | { readonly outcome: 'voided'; readonly voided: number; readonly notRecovered: number }
  | { readonly outcome: 'not_found' };

type Row = { outcome: 'voided' | 'not_found'; voided: string | null; not_recovered: string | null };

/** Takes back what is left of a grant (a charge-back). A repeat returns what the first call took, in credits. */
export async function voidGrant(
  database: Database,
  item: {
    readonly accountId: string;
    readonly grantId: string;
    readonly reason: string;
    readonly actor: string;
    readonly asOf?: string | undefined;
  },
): Promise<VoidResult> {
  const { rows } = await database.query<Row>({
    name: 'ledger.void_grant',
    text: 'SELECT outcome, voided, not_recovered FROM ledger.void_grant(ledger.unless_acted($1, $5), $2, $3, $4)',
    values: [
      item.accountId,
      item.grantId,
      item.reason,
      item.actor,
      unlessActed(item.asOf, sameOf(item), item),
    ],
  });
  const row = rows[0];
  if (row?.outcome !== 'voided') return { outcome: 'not_found' };
  return { outcome: 'voided', voided: Number(row.voided), notRecovered: Number(row.not_recovered) };
}

const sameOf = ({ grantId }: { readonly grantId: string }) => ({
  actions: ['void_grant'],
  subject: { grant_id: grantId },
});
