import type { Database } from '../ledger/database.ts';
import type { ApiKeyScope } from './api-key-scopes.ts';
import { drawApiKey, hashOfSecret } from './api-key-text.ts';

/**
 * Makes a key. The secret is answered here and never again: only its hash is stored.
 * @param key.accountId null makes a platform key.
 */
export async function createApiKey(
  database: Database,
  key: { readonly name: string; readonly scopes: readonly ApiKeyScope[]; readonly accountId: string | null },
): Promise<{ readonly id: string; readonly secret: string }> {
  const { keyId, secret } = drawApiKey();
  await database.query({
    name: 'jobs.create_api_key',
    text: 'SELECT jobs.create_api_key($1, $2, $3, $4, $5)',
    values: [keyId, key.accountId, key.name, hashOfSecret(secret), key.scopes],
  });
  return { id: keyId, secret };
}
