import { Pool } from 'pg';
import { createApiKey } from '../../jobs/keys/create-api-key.ts';
import { readApiKey } from '../../jobs/keys/read-api-key.ts';
import type { Database } from '../../ledger/database.ts';
import type { GrantTerms } from '../../domain/prices/offers.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { writeSecrets, type StackKeys, type StackSecrets } from './stack-secrets.ts';

/** The account the ready-made curl lines act for. */
const SANDBOX_ACCOUNT = { name: 'Local sandbox', reference: 'local-sandbox' } as const;

/** Creates a platform key, and an account with its key. Those of `keys.json` are kept while the database knows them. */
export async function ensureStackKeys(
  home: string,
  secrets: StackSecrets,
  ownerUrl: string,
  grants: GrantTerms,
): Promise<StackKeys> {
  const pool = new Pool({ connectionString: ownerUrl, max: 1, application_name: 'holdfast stack' });
  pool.on('error', () => undefined);
  try {
    if (secrets.keys !== null && (await areKnown(pool, secrets.keys))) return secrets.keys;
    const keys = await makeKeys(pool, grants);
    writeSecrets(home, { ...secrets, keys });
    return keys;
  } finally {
    await pool.end();
  }
}

async function areKnown(database: Database, keys: StackKeys): Promise<boolean> {
  const found = await Promise.all([keys.platform.id, keys.account.id].map((id) => readApiKey(database, id)));
  return found.every((key) => key !== null);
}

async function makeKeys(database: Database, grants: GrantTerms): Promise<StackKeys> {
  const { accountId } = await openAccount(database, grants, SANDBOX_ACCOUNT);
  return {
    platform: await createApiKey(database, {
      name: 'Local platform',
      scopes: ['admin'],
      accountId: null,
      mode: 'live',
    }),
    account: await createApiKey(database, {
      name: 'Local sandbox',
      scopes: ['jobs:write', 'jobs:read', 'credits:read'],
      accountId,
      mode: 'live',
    }),
    accountId,
  };
}
