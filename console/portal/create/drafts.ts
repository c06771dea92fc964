import type { Values } from './schema.ts';

const PREFIX = 'holdfast.draft.';

/** What was typed into a form and not submitted: it outlives a reload of the tab, and is shown to its own account alone. */
export class Drafts {
  readonly #storage: Storage;
  readonly #accountId: string;

  constructor(storage: Storage, accountId: string) {
    this.#storage = storage;
    this.#accountId = accountId;
  }

  read(kind: string): Values {
    try {
      // Nothing but `write` puts something there.
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
