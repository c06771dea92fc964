import type { AccountMode } from '../../domain/account-mode.ts';
import type { ApiKeyView } from '../../contract/shapes/access-shapes.ts';
import { unlessActed } from '../../ledger/unless-acted.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { drawStored, type KeyMade, type KeyRecord } from './create-api-key.ts';

/** The keys that a caller may change and read: of one account, or of all (null); of one mode, or of both (null). */
export type KeyReach = { readonly accountId: string | null; readonly mode: AccountMode | null };

/** Revokes a key; a repeat changes nothing. False: the caller has no such key. */
export async function revokeApiKey(
  database: Database,
  reach: KeyReach,
  keyId: string,
  by: { readonly actor: string; readonly reason: string | null; readonly asOf?: string | undefined },
): Promise<boolean> {
  const { actor, reason, asOf } = by;
  const same = { actions: ['revoke_key'], subject: { key_id: keyId } };
  const { rows } = await database.query<{ is_there: boolean }>({
    name: 'jobs.revoke_api_key',
    text: 'SELECT jobs.revoke_api_key($1, $2, $3, $4, $5, $6) AS is_there',
    values: [
      reach.accountId,
      reach.mode,
      keyId,
      actor,
      reason,
      unlessActed(asOf, same, reason === null ? null : { actor, reason }),
    ],
  });
  return rows[0]?.is_there ?? false;
}

type Rotation =
  | KeyMade
  /** It has the successor `key`. */
  | { readonly outcome: 'replaced'; readonly key: ApiKeyView }
  | { readonly outcome: 'key_reused' | 'not_found' | 'revoked' };

type Row = {
  outcome: 'made' | 'exists' | 'key_reused' | 'not_found' | 'revoked' | 'replaced';
  key: ApiKeyView;
};

/** Makes a successor of a key, which stays valid for a grace period. */
export async function rotateApiKey(
  database: Database,
  reach: KeyReach,
  keyId: string,
  rotation: KeyRecord & { readonly graceSeconds: number },
): Promise<Rotation> {
  // The key's mode is known once it is locked, and its new secret shows it.
  const live = drawStored('live', rotation);
  const test = drawStored('test', rotation);
  const { rows } = await database.query<Row>({
    name: 'jobs.rotate_api_key',
    text: 'SELECT outcome, key FROM jobs.rotate_api_key($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      reach.accountId,
      reach.mode,
      keyId,
      { live: live.stored, test: test.stored },
      rotation.graceSeconds,
      rotation.madeBy,
      rotation.actor,
      rotation.reason,
    ],
  });
  const { outcome, key } = onlyRow(rows, 'jobs.rotate_api_key');
  if (outcome !== 'made') return { outcome, key };
  return { outcome, key, secret: (key.mode === 'test' ? test : live).secret };
}
