import type { AccountMode } from '../../domain/account-mode.ts';
import type { PortalRight } from '../../domain/portal-rights.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';

/** Who asks. */
export type Caller = {
  /** The id of the key or portal session; in the console, of the key that signed in, or PROXY. */
  readonly keyId: string;
  /** Null: a platform key. */
  readonly accountId: string | null;
  /** The mode of its account; a platform key of `live` acts on both modes, one of `test` on test accounts alone. */
  readonly mode: AccountMode;
  /** The scopes of a key; none for a portal session. */
  readonly scopes: readonly ApiKeyScope[];
  /** The rights of a portal session; null: a key. */
  readonly can: readonly PortalRight[] | null;
  /** The person, if known: who signed in to the console. */
  readonly person: string | null;
  /** The console session; null: none. */
  readonly console: ConsoleSession | null;
};

export type ConsoleSession = { readonly sessionId: string; readonly expiresAt: Date };

/** In place of a key's id: a trusted proxy names the person. */
export const PROXY = 'proxy';
