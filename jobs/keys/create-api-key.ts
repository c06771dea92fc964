import type { AccountMode } from '../../domain/account-mode.ts';
import { faultOfText } from '../../domain/texts/text-rule.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { drawApiKey, hashOfSecret } from './api-key-text.ts';

/** It is shown in records and lists. */
export const MAX_KEY_NAME = 200;

/**
 * Makes a key. The secret is answered here and never again: only its hash is stored. Throws RangeError for a name that is no line of text.
 * @param key.accountId null makes a platform key.
 * @param key.mode of an account's key: that of its account.
 */
export async function createApiKey(
  database: Database,
  key: {
    readonly name: string;
    readonly scopes: readonly ApiKeyScope[];
    readonly accountId: string | null;
    readonly mode: AccountMode;
  },
): Promise<{ readonly id: string; readonly secret: string }> {
  const fault = faultOfText(key.name, { max: MAX_KEY_NAME });
  if (fault !== null) throw new RangeError(`the name of a key: ${fault.detail}`);
  const { keyId, secret } = drawApiKey(key.mode);
  const stored = {
    key_id: keyId,
    account_id: key.accountId,
    mode: key.mode,
    name: key.name,
    secret_hash: `\\x${hashOfSecret(secret).toString('hex')}`,
    scopes: key.scopes,
  };
  const { rows } = await database.query({
    name: 'jobs.create_api_key',
    text: 'SELECT outcome, key FROM jobs.create_api_key($1, $2, $3, $4)',
    values: [stored, null, null, null],
  });
  onlyRow(rows, 'jobs.create_api_key');
  return { id: keyId, secret };
}
