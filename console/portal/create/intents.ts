import { newKey } from '../../../client/http/new-key.ts';
import type { JobBody } from '../../../client/http/wire-types.ts';

/** One submission that a person meant: what it was for, and the key that makes its repetition the same one. */
type Intent = {
  readonly accountId: string;
  /** What was to be made, without the quote: another content is another intention. */
  readonly content: string;
  readonly key: string;
  /** As it was sent: under its key nothing else may be. */
  readonly body: JobBody;
  /** Null while no answer has come. */
  readonly jobId: string | null;
};

const PREFIX = 'holdfast.intent.';

/**
 * Makes a submission happen once per intention: over a double click, a lost answer, a reload and the way back. It is kept for as long
 * as the tab lives, without the token. `name`: the form that it belongs to.
 */
export class Intents {
  readonly #storage: Storage;
  readonly #accountId: string;

  constructor(storage: Storage, accountId: string) {
    this.#storage = storage;
    this.#accountId = accountId;
  }

  /** The intention to make this: the one that is under way or done already, or a new one. */
  begin(name: string, content: JobBody, quoteId: string): Intent {
    const known = this.find(name, content);
    if (known !== null) return known;
    const intent: Intent = {
      accountId: this.#accountId,
      content: JSON.stringify(content),
      key: `portal-${newKey()}`,
      body: { ...content, quote_id: quoteId },
      jobId: null,
    };
    this.#write(name, intent);
    return intent;
  }

  /** Null: this has not been submitted from here. */
  find(name: string, content: JobBody): Intent | null {
    const intent = this.#read(name);
    return intent?.content === JSON.stringify(content) && intent.accountId === this.#accountId
      ? intent
      : null;
  }

  /** It has become a job. */
  settle(name: string, jobId: string): void {
    const intent = this.#read(name);
    if (intent !== null) this.#write(name, { ...intent, jobId });
  }

  /** It was refused for good, or the person wants the same once more: the next one is another. */
  forget(name: string): void {
    this.#storage.removeItem(PREFIX + name);
  }

  #read(name: string): Intent | null {
    try {
      // Nothing but this class writes there.
      return JSON.parse(this.#storage.getItem(PREFIX + name) ?? 'null') as Intent | null;
    } catch {
      return null;
    }
  }

  #write(name: string, intent: Intent): void {
    this.#storage.setItem(PREFIX + name, JSON.stringify(intent));
  }
}
