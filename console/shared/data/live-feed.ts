import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import type { CallOptions } from '../../../client/http/transport.ts';

/** `ended`: the session is over, and no more events will come. */
export type FeedState = 'connecting' | 'live' | 'away' | 'ended';

/**
 * Opens a stream of the events after the one numbered `after`; undefined: from now on. `options.onResponse` is called
 * when it is open.
 */
type OpenEvents<Event> = (after: number | undefined, options: CallOptions) => AsyncIterable<Event>;

/** `opened`: the stream is open for the first time. What was read before may be older than its first event. */
type Listener<Event> = (
  news: { readonly is: 'event'; readonly event: Event } | { readonly is: 'opened' | 'resumed' },
) => void;

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 4_000;

/**
 * Follows an account's events across restarts of the API and cut connections, each once and in order: a new stream
 * begins after the last event received. After each break listeners get `resumed`, and read again what has no event.
 */
export class LiveFeed<Event extends { readonly sequence: number }> {
  readonly #open: OpenEvents<Event>;
  readonly #listeners = new Set<Listener<Event>>();
  readonly #watchers = new Set<() => void>();
  readonly #stopped = new AbortController();
  /** Aborted: the stream under way is over, and another is opened. */
  #attempt = new AbortController();
  #state: FeedState = 'connecting';
  #last: number | undefined;
  #endWait: () => void = () => undefined;

  constructor(open: OpenEvents<Event>) {
    this.#open = open;
    addEventListener('offline', this.#cut);
    addEventListener('online', this.tryNow);
    void this.#run();
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Calls `listener` for every event and break; returns a function that ends this. */
  listen(listener: Listener<Event>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `watcher` after each change of `state`; returns a function that ends this. */
  watchState(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Reconnects at once instead of after the wait. */
  readonly tryNow = (): void => {
    this.#endWait();
  };

  stop(): void {
    removeEventListener('offline', this.#cut);
    removeEventListener('online', this.tryNow);
    this.#stopped.abort();
    this.#cut();
    this.#endWait();
  }

  /** The browser knows of a lost network at once; by its silence alone a stream is known to be dead after 45 s. */
  readonly #cut = (): void => {
    this.#attempt.abort();
  };

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    let waitMs = FIRST_WAIT_MS;
    while (!isStopped(signal)) {
      const onResponse = () => {
        waitMs = FIRST_WAIT_MS;
        this.#opened();
      };
      this.#attempt = new AbortController();
      const attempt = { signal: this.#attempt.signal, onResponse };
      try {
        for await (const event of this.#open(this.#last, attempt)) this.#take(event);
      } catch (error) {
        if (isRefusal(error)) {
          this.#become('ended');
          return;
        }
      }
      if (isStopped(signal)) return;
      this.#become('away');
      await this.#wait(waitMs * (0.75 + Math.random() / 2));
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    }
  }

  #opened(): void {
    const before = this.#state;
    this.#become('live');
    if (before === 'live') return;
    const is = before === 'away' ? 'resumed' : 'opened';
    for (const listener of [...this.#listeners]) listener({ is });
  }

  #take(event: Event): void {
    if (this.#last !== undefined && event.sequence <= this.#last) return;
    this.#last = event.sequence;
    for (const listener of [...this.#listeners]) listener({ is: 'event', event });
  }

  #become(state: FeedState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A function, since the compiler assumes that `aborted` does not change while the loop waits. */
const isStopped = (signal: AbortSignal) => signal.aborted;

function isRefusal(error: unknown): boolean {
  return error instanceof HoldfastError && (error.code === 'unauthenticated' || error.code === 'forbidden');
}
