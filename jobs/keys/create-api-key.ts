import { faultOfText } from '../../domain/texts/text-rule.ts';
import type { Database } from '../../ledger/database.ts';
import type { ApiKeyScope } from './api-key-scopes.ts';
import { drawApiKey, hashOfSecret } from './api-key-text.ts';

/** It is shown in records and lists. */
export const MAX_KEY_NAME = 200;

/**
 * Makes a key. The secret is answered here and never again: only its hash is stored. Throws RangeError for a name that is no line of text.
 * @param key.accountId null makes a platform key.
 */
export async function createApiKey(
  database: Database,
  key: { readonly name: string; readonly scopes: readonly ApiKeyScope[]; readonly accountId: string | null },
): Promise<{ readonly id: string; readonly secret: string }> {
  const fault = faultOfText(key.name, { max: MAX_KEY_NAME });
  if (fault !== null) throw new RangeError(`the name of a key: ${fault.detail}`);
  const { keyId, secret } = drawApiKey();
  await database.query({
    name: 'jobs.create_api_key',
    text: 'SELECT jobs.create_api_key($1, $2, $3, $4, $5)',
    values: [keyId, key.accountId, key.name, hashOfSecret(secret), key.scopes],
  });
  return { id: keyId, secret };
}
