import type { AccountMode } from '../../domain/account-mode.ts';
import type { Database } from '../../ledger/database.ts';
import { isApiKeyScope, type ApiKeyScope } from '../../contract/api-key-scopes.ts';

type StoredApiKey = {
  readonly keyId: string;
  /** Null: a platform key, which acts for the account named in the request. */
  readonly accountId: string | null;
  readonly mode: AccountMode;
  /** SHA-256 of the whole secret; to be compared in constant time. */
  readonly secretHash: Buffer;
  readonly scopes: readonly ApiKeyScope[];
};

type Row = {
  key_id: string;
  account_id: string | null;
  mode: AccountMode;
  secret_hash: Buffer;
  scopes: string[];
};

/** Reads a live key; null: none of that id, or it was revoked or has expired. */
export async function readApiKey(database: Database, keyId: string): Promise<StoredApiKey | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_api_key',
    text: 'SELECT key_id, account_id, mode, secret_hash, scopes FROM jobs.read_api_key($1)',
    values: [keyId],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    keyId: row.key_id,
    accountId: row.account_id,
    mode: row.mode,
    secretHash: row.secret_hash,
    scopes: row.scopes.filter(isApiKeyScope),
  };
}
