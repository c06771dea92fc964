import type { AccountMode } from '../../domain/account-mode.ts';
import type { PortalRight } from '../../domain/portal-rights.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { drawSecret, hashOfSecret } from './secret-text.ts';

type StoredPortalSession = {
  readonly sessionId: string;
  readonly accountId: string;
  readonly mode: AccountMode;
  /** SHA-256 of the whole token; to be compared in constant time. */
  readonly secretHash: Buffer;
  readonly can: readonly PortalRight[];
};

type Row = {
  session_id: string;
  account_id: string;
  mode: AccountMode;
  secret_hash: Buffer;
  can: PortalRight[];
};

/** Reads a live session; null: none of that id, it has expired, or it or its key was revoked. */
export async function readPortalSession(
  database: Database,
  sessionId: string,
): Promise<StoredPortalSession | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_portal_session',
    text: 'SELECT session_id, account_id, mode, secret_hash, can FROM jobs.read_portal_session($1)',
    values: [sessionId],
  });
  const row = rows[0];
  if (row === undefined) return null;
  return {
    sessionId: row.session_id,
    accountId: row.account_id,
    mode: row.mode,
    secretHash: row.secret_hash,
    can: row.can,
  };
}

/** Makes a token for a browser. It is returned once: only its hash is stored. */
export async function createPortalSession(
  database: Database,
  session: {
    readonly accountId: string;
    /** The key that makes it. */
    readonly keyId: string;
    readonly can: readonly PortalRight[];
    readonly livesSeconds: number;
    readonly actor: string;
  },
): Promise<{ readonly id: string; readonly token: string; readonly expiresAt: Date }> {
  const { id, secret } = drawSecret('portal');
  const { rows } = await database.query<{ expires_at: Date }>({
    name: 'jobs.create_portal_session',
    text: 'SELECT jobs.create_portal_session($1, $2, $3, $4, $5, $6, $7) AS expires_at',
    values: [
      session.accountId,
      id,
      session.keyId,
      hashOfSecret(secret),
      session.can,
      session.livesSeconds,
      session.actor,
    ],
  });
  return { id, token: secret, expiresAt: onlyRow(rows, 'jobs.create_portal_session').expires_at };
}

/** Ends a session of an account; a repeat changes nothing. False: the account has none of that id. */
export async function revokePortalSession(
  database: Database,
  accountId: string,
  sessionId: string,
  actor: string,
): Promise<boolean> {
  const { rows } = await database.query<{ is_there: boolean }>({
    name: 'jobs.revoke_portal_session',
    text: 'SELECT jobs.revoke_portal_session($1, $2, $3) AS is_there',
    values: [accountId, sessionId, actor],
  });
  return rows[0]?.is_there ?? false;
}
