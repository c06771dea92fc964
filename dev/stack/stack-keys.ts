import { writeSecrets, type StackKeys, type StackSecrets } from './stack-secrets.ts';

/** SEAM: becomes jobs/create-api-key.ts and ledger/open-account.ts. */
export async function ensureStackKeys(
  home: string,
  secrets: StackSecrets,
  ownerUrl: string,
): Promise<StackKeys> {
  await Promise.resolve(ownerUrl);
  const keys = secrets.keys ?? { platform_key: 'seam', account_id: 'seam', account_key: 'seam' };
  writeSecrets(home, { ...secrets, keys });
  return keys;
}
