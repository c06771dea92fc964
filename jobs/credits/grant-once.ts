import { unlessActed } from '../../ledger/unless-acted.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { grantValues, type GrantItem, type GrantOutcome } from '../../ledger/grant-credits.ts';
import { previewChange, type PreviewedChange } from '../support/preview-change.ts';
import type { Grant } from '../../contract/shapes/credit-shapes.ts';

/** A grant under a key of its account; `asOf`: up to where the account's record had been read. */
export type KeyedGrant = {
  readonly key: string;
  readonly fingerprint: string;
  readonly grant: GrantItem;
  readonly asOf?: string | undefined;
};

export type KeyedGrantResult =
  | { readonly outcome: 'granted'; readonly isReplay: boolean; readonly grant: Grant }
  /** The key belongs to another request of the account. */
  | { readonly outcome: 'key_belongs_to_another' }
  /** A refusal of the ledger: nothing was granted, and the key stays unused. */
  | { readonly outcome: Exclude<GrantOutcome, 'granted'> };

type Row = { outcome: GrantOutcome; is_replay: boolean; answer: Grant | null };

/** Grants credits once per key of an account. A repeat returns the grant as it was when it was granted. */
export async function grantCreditsOnce(database: Database, call: KeyedGrant): Promise<KeyedGrantResult> {
  const { rows } = await database.query<Row>({
    name: 'jobs.grant_credits',
    text: `SELECT outcome, is_replay, answer
           FROM jobs.grant_credits($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: [
      call.grant.accountId,
      call.key,
      call.fingerprint,
      ...grantValues(call.grant),
      unlessActed(call.asOf, { actions: ['grant'], subject: { source: call.grant.source } }),
    ],
  });
  const row = onlyRow(rows, 'jobs.grant_credits');
  if (row.outcome !== 'granted') {
    return { outcome: row.is_replay ? 'key_belongs_to_another' : row.outcome };
  }
  if (row.answer === null) throw new RangeError('jobs.grant_credits returned no grant');
  return { outcome: 'granted', isReplay: row.is_replay, grant: row.answer };
}

/** What the same would do. */
export function previewGrant(
  database: Database,
  { key, fingerprint, grant }: KeyedGrant,
): Promise<PreviewedChange<Omit<Row, 'answer'>>> {
  const [grant_id, source, priority, amount, expires_at, lives, reason, reference] = grantValues(grant);
  return previewChange(database, grant.accountId, 'grant', {
    ...{ key, fingerprint, grant_id, source, priority, amount, expires_at, lives, reason, reference },
  });
}
