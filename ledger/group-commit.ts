/** A verb over many items in one call. Results come in the order of the items. */
export type BatchVerb<Item, Result> = (items: readonly Item[]) => Promise<readonly Result[]>;

/** One item; the same items, several at once. */
export type GroupedVerb<Item, Result> = (item: Item) => Promise<Result>;

/**
 * Items of one call. Measured (2 cores, 1,024 in flight): past about a thousand a larger batch only holds its locks
 * longer, and at 500 bytes an item this keeps a statement near half a megabyte.
 */
const MAX_ITEMS_PER_CALL = 1_024;

/** Items of a failed batch under way at a time: half of a pool, so that one that waits for its lock does not hold up all. */
const RETRIES_IN_FLIGHT = 8;

/** Waiting items. Beyond this the process has lost touch with its database: refuse at once rather than queue for ever. */
const MAX_WAITING = 100_000;

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/** Too many calls wait for the database; nothing of this one was sent. */
export class GroupCommitFull extends Error {
  override readonly name = 'GroupCommitFull';
}

/**
 * Turns a batch verb into one for single items: calls made while a batch is under way wait and go together in the
 * next. No timer, so a call that comes alone goes at once. If a batch fails as a whole (a lock timeout, one item the
 * database cannot read), its items are sent again one by one, a few at a time, and each caller gets its own answer: safe,
 * because every item carries its own key.
 */
export function groupCommit<Item, Result>(verb: BatchVerb<Item, Result>): GroupedVerb<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isSending = false;

  async function sendAll(): Promise<void> {
    isSending = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_ITEMS_PER_CALL);
      waiting = waiting.slice(MAX_ITEMS_PER_CALL);
      await sendBatch(batch);
    }
    isSending = false;
  }

  async function sendBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await verb(batch.map((call) => call.item));
      if (results.length !== batch.length) throw new RangeError('a batch answered another number of results');
      batch.forEach((call, index) => {
        call.resolve(results[index] as Result);
      });
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else await sendOneByOne(batch);
    }
  }

  async function sendOneByOne(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const left = [...batch];
    await Promise.all(
      Array.from({ length: RETRIES_IN_FLIGHT }, async () => {
        for (let call = left.shift(); call !== undefined; call = left.shift()) await sendBatch([call]);
      }),
    );
  }

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      if (waiting.length >= MAX_WAITING) {
        reject(new GroupCommitFull('too many ledger calls are waiting; the database does not keep up'));
        return;
      }
      waiting.push({ item, resolve, reject });
      if (!isSending) void sendAll();
    });
}
