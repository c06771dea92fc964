import { pageOf } from '../../domain/page-of.ts';
import type { ApiKeyView } from '../../contract/shapes/access-shapes.ts';
import type { Database } from '../../ledger/database.ts';
import type { KeyReach } from './change-api-key.ts';

/** The position where a page ended. `createdAt` is PostgreSQL's own text: a Date would lose its microseconds. */
type KeyListPosition = { readonly createdAt: string; readonly keyId: string };

type KeyListPage = {
  readonly keys: readonly ApiKeyView[];
  /** Null at the end of the list. */
  readonly next: KeyListPosition | null;
};

type Row = { key: ApiKeyView; created_at: string; key_id: string };

/** A page of keys, newest first, with those that have ended. */
export async function listApiKeys(
  database: Database,
  reach: KeyReach,
  page: { readonly from: KeyListPosition | null; readonly limit: number },
): Promise<KeyListPage> {
  const { rows } = await database.query<Row>({
    name: 'jobs.list_api_keys',
    text: 'SELECT key, created_at, key_id FROM jobs.list_api_keys($1, $2, $3, $4, $5)',
    values: [
      reach.accountId,
      reach.mode,
      page.from?.createdAt ?? null,
      page.from?.keyId ?? null,
      page.limit + 1,
    ],
  });
  const { shown, last } = pageOf(rows, page.limit);
  return {
    keys: shown.map(({ key }) => key),
    next: last === undefined ? null : { createdAt: last.created_at, keyId: last.key_id },
  };
}
