import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import { createApiKey } from '../../jobs/keys/create-api-key.ts';
import { readAccount } from '../../ledger/reads/read-account.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { fields, show } from '../show/show.ts';
import { askDatabase } from '../with-database.ts';

export type CreateKeyOptions = {
  readonly name: string;
  readonly scope: readonly ApiKeyScope[];
  readonly account?: string;
  readonly json: boolean;
};

/** `holdfast key create`: prints the secret, once. Without an account it is a platform key. */
export async function createKeyCommand(context: CommandContext, options: CreateKeyOptions): Promise<void> {
  const { name, scope: scopes, account } = options;
  const { id, secret } = await askDatabase(await context.databaseUrl(), 'key create', async (database) => {
    const found = account === undefined ? undefined : await readAccount(database, account);
    if (found === null) throw new CommandError(`There is no account ${String(account)}.`, EXIT_CODE.failed);
    return createApiKey(database, {
      name,
      scopes,
      accountId: account ?? null,
      mode: found?.mode ?? 'live',
    });
  });
  show({ id, name, scopes, account_id: account ?? null, secret }, options, () =>
    [
      fields([
        ['Key', id],
        ['Name', name],
        ['Acts for', account ?? 'every account (a platform key)'],
        ['Scopes', scopes.join(', ')],
        ['Secret', secret],
      ]),
      'The secret is shown this once: only its hash is kept.',
    ].join('\n'),
  );
}
