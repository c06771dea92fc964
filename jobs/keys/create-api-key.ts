import type { AccountMode } from '../../domain/account-mode.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import type { ApiKeyView } from '../../contract/shapes/access-shapes.ts';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { drawSecret, hashOfSecret } from './secret-text.ts';

/** Shown in records and lists. */
export const MAX_KEY_NAME = 200;

export type NewApiKey = {
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  /** Null: a platform key. */
  readonly accountId: string | null;
  /** An account's key has the mode of its account. */
  readonly mode: AccountMode;
};

/** Who makes a key, and why. `made_by`: made once per value; null: each time. */
export type KeyRecord = {
  readonly madeBy: string | null;
  readonly fingerprint: string;
  readonly actor: string;
  readonly reason: string | null;
};

/** A key on record, with PostgreSQL's times. `secret`: of a key that was just made; it is returned once. */
export type KeyMade =
  | { readonly outcome: 'made'; readonly key: ApiKeyView; readonly secret: string }
  /** It was made before under the same Idempotency-Key. */
  | { readonly outcome: 'exists'; readonly key: ApiKeyView };

type Row = { outcome: 'made' | 'exists' | 'key_reused'; key: ApiKeyView };

/**
 * Makes a key, and records who made it and why; only the hash of its secret is stored. key_reused: its Idempotency-Key
 * belongs to another key. Throws RangeError for a name that is not one line of text.
 */
export async function createRecordedKey(
  database: Database,
  key: NewApiKey,
  record: KeyRecord,
): Promise<KeyMade | { readonly outcome: 'key_reused' }> {
  const { outcome, key: stored, secret } = await storeKey(database, key, record);
  if (outcome === 'made') return { outcome, key: stored, secret };
  return { outcome, key: stored };
}

/** The same for our own processes and for the first key, which no key on record can make. */
export async function createApiKey(
  database: Database,
  key: NewApiKey,
): Promise<{ readonly id: string; readonly secret: string }> {
  const { key: stored, secret } = await storeKey(database, key, null);
  return { id: stored.id, secret };
}

async function storeKey(
  database: Database,
  key: NewApiKey,
  record: KeyRecord | null,
): Promise<Row & { readonly secret: string }> {
  const fault = faultOfText(key.name, { max: MAX_KEY_NAME });
  if (fault !== null) throw new RangeError(`the name of a key: ${fault.detail}`);
  const { secret, stored } = drawStored(key.mode, record);
  const { rows } = await database.query<Row>({
    name: 'jobs.create_api_key',
    text: 'SELECT outcome, key FROM jobs.create_api_key($1, $2, $3, $4)',
    values: [
      { ...stored, account_id: key.accountId, mode: key.mode, name: key.name, scopes: key.scopes },
      record?.madeBy ?? null,
      record?.actor ?? null,
      record?.reason ?? null,
    ],
  });
  return { ...onlyRow(rows, 'jobs.create_api_key'), secret };
}

/** The stored fields of a newly drawn key. */
export function drawStored(mode: AccountMode, record: Pick<KeyRecord, 'fingerprint'> | null) {
  const { id, secret } = drawSecret(mode);
  const secretHash = `\\x${hashOfSecret(secret).toString('hex')}`;
  return {
    secret,
    stored: { key_id: id, secret_hash: secretHash, fingerprint: record?.fingerprint ?? null },
  };
}
