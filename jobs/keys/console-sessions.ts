import type { AccountMode } from '../../domain/account-mode.ts';
import { isApiKeyScope, type ApiKeyScope } from '../../contract/api-key-scopes.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { drawSecret, hashOfSecret } from './secret-text.ts';

type StoredConsoleSession = {
  readonly sessionId: string;
  /** SHA-256 of the whole token; to be compared in constant time. */
  readonly secretHash: Buffer;
  readonly person: string;
  readonly expiresAt: Date;
  /** The platform key that signed in; null: a trusted proxy. */
  readonly key: {
    readonly keyId: string;
    readonly mode: AccountMode;
    readonly scopes: readonly ApiKeyScope[];
  } | null;
};

type Row = {
  session_id: string;
  secret_hash: Buffer;
  person: string;
  expires_at: Date;
  key_id: string | null;
  mode: AccountMode | null;
  scopes: string[] | null;
};

/** Reads a live session; null: none of that id, it or its key has expired, or either was revoked. */
export async function readConsoleSession(
  database: Database,
  sessionId: string,
): Promise<StoredConsoleSession | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_console_session',
    text: `SELECT session_id, secret_hash, person, expires_at, key_id, mode, scopes
           FROM jobs.read_console_session($1)`,
    values: [sessionId],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const { key_id: keyId, mode, scopes } = row;
  return {
    sessionId: row.session_id,
    secretHash: row.secret_hash,
    person: row.person,
    expiresAt: row.expires_at,
    key:
      keyId === null || mode === null ? null : { keyId, mode, scopes: (scopes ?? []).filter(isApiKeyScope) },
  };
}

/** Makes a token for a browser's cookie. It is returned once: only its hash is stored. */
export async function createConsoleSession(
  database: Database,
  session: {
    /** Null: a trusted proxy signs in. */
    readonly keyId: string | null;
    readonly person: string;
    readonly livesSeconds: number;
    readonly actor: string;
  },
): Promise<{ readonly token: string; readonly expiresAt: Date }> {
  const { id, secret } = drawSecret('console');
  const { keyId, person, livesSeconds, actor } = session;
  const { rows } = await database.query<{ expires_at: Date }>({
    name: 'jobs.create_console_session',
    text: 'SELECT jobs.create_console_session($1, $2, $3, $4, $5, $6) AS expires_at',
    values: [id, hashOfSecret(secret), keyId, person, livesSeconds, actor],
  });
  return { token: secret, expiresAt: onlyRow(rows, 'jobs.create_console_session').expires_at };
}

/** Ends a session; a repeat changes nothing. */
export async function revokeConsoleSession(
  database: Database,
  sessionId: string,
  actor: string,
): Promise<void> {
  await database.query({
    name: 'jobs.revoke_console_session',
    text: 'SELECT jobs.revoke_console_session($1, $2)',
    values: [sessionId, actor],
  });
}
