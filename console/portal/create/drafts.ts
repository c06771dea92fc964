import type { TabStorage } from '../../shared/data/tab-storage.ts';
import type { Values } from './schema.ts';

const PREFIX = 'holdfast.draft.';

/**
 * Keeps an unsubmitted form of each kind in the tab's session storage, across reloads. Only the account that wrote it
 * can read it.
 */
export class Drafts {
  readonly #storage: TabStorage;
  readonly #accountId: string;

  constructor(storage: TabStorage, accountId: string) {
    this.#storage = storage;
    this.#accountId = accountId;
  }

  read(kind: string): Values {
    try {
      // Only `write` writes this key.
      const kept = JSON.parse(this.#storage.getItem(PREFIX + kind) ?? '{}') as Kept;
      return kept.accountId === this.#accountId ? (kept.values ?? {}) : {};
    } catch {
      return {};
    }
  }

  write(kind: string, values: Values): void {
    const kept: Kept = { accountId: this.#accountId, values };
    this.#storage.setItem(PREFIX + kind, JSON.stringify(kept));
  }
}

type Kept = { readonly accountId?: string; readonly values?: Values };
