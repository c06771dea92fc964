import { newKey } from '../../../client/http/new-key.ts';
import type { JobBody } from '../../../client/http/wire-types.ts';
import type { TabStorage } from '../../shared/data/tab-storage.ts';

/** One intended submission: its content, and the idempotency key under which it is sent and repeated. */
type Intent = {
  readonly accountId: string;
  /** The body without its quote, as JSON. Other content is another intention. */
  readonly content: string;
  readonly key: string;
  /** The body as it was sent, with its quote: a repetition under the key must be identical. */
  readonly body: JobBody;
  /** Null until the API has returned the job. */
  readonly jobId: string | null;
};

const PREFIX = 'holdfast.intent.';

/**
 * Makes each intended submission happen once, across a double click, a lost response, a reload and going back. It is
 * kept in the tab's session storage, without the token. `name` is the form.
 */
export class Intents {
  readonly #storage: TabStorage;
  readonly #accountId: string;

  constructor(storage: TabStorage, accountId: string) {
    this.#storage = storage;
    this.#accountId = accountId;
  }

  /** Returns the stored submission of this content, under way or done; if there is none, stores a new one. */
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

  /** The stored submission of this content; null: this tab has not submitted it. */
  find(name: string, content: JobBody): Intent | null {
    const intent = this.#read(name);
    return intent?.content === JSON.stringify(content) && intent.accountId === this.#accountId
      ? intent
      : null;
  }

  /** Stores the job that the submission became. */
  settle(name: string, jobId: string): void {
    const intent = this.#read(name);
    if (intent !== null) this.#write(name, { ...intent, jobId });
  }

  /** Drops the stored submission: it was refused for good, or the customer wants the same again. */
  forget(name: string): void {
    this.#storage.removeItem(PREFIX + name);
  }

  #read(name: string): Intent | null {
    try {
      // Only this class writes these keys.
      return JSON.parse(this.#storage.getItem(PREFIX + name) ?? 'null') as Intent | null;
    } catch {
      return null;
    }
  }

  #write(name: string, intent: Intent): void {
    this.#storage.setItem(PREFIX + name, JSON.stringify(intent));
  }
}
