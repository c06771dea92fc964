import type { AccountMode } from '../../domain/account-mode.ts';
import type { PortalRight } from '../../domain/portal-rights.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';

/** Who asks. */
export type Caller = {
  /** Of the key, or of the portal session; in the console, of the key that signed in, or PROXY. */
  readonly keyId: string;
  /** Null: a platform key. */
  readonly accountId: string | null;
  /** Of its account; a platform key of `live` acts on both modes, one of `test` on test accounts alone. */
  readonly mode: AccountMode;
  /** Of a key; none of a portal session. */
  readonly scopes: readonly ApiKeyScope[];
  /** What a portal session may do, and nothing else; null: a key. */
  readonly can: readonly PortalRight[] | null;
  /** The person behind it, where that is known: who signed in to the console. */
  readonly person: string | null;
  /** The console session that it comes by; null: none. */
  readonly console: ConsoleSession | null;
};

export type ConsoleSession = { readonly sessionId: string; readonly expiresAt: Date };

/** In place of a key's id: a trusted proxy says who it is. */
export const PROXY = 'proxy';
