import type { ApiCall, Transport } from './transport.ts';

export type Page<Item> = { readonly data: readonly Item[]; readonly next_cursor: string | null };

/**
 * A list that fetches its own pages: `for await (const job of holdfast.jobs.list())`. Nothing is requested before it is
 * read. `limit` of its filters is the page size.
 */
export class Listing<Item> implements AsyncIterable<Item> {
  readonly #transport: Transport;
  readonly #call: ApiCall;
  /** The parameter for `next_cursor`. */
  readonly #parameter: string;

  constructor(transport: Transport, call: ApiCall, parameter = 'cursor') {
    this.#transport = transport;
    this.#call = call;
    this.#parameter = parameter;
  }

  /** One page; the first one without a cursor. */
  page(cursor?: string | null): Promise<Page<Item>> {
    const query =
      cursor === undefined || cursor === null
        ? this.#call.query
        : { ...this.#call.query, [this.#parameter]: cursor };
    return this.#transport.json<Page<Item>>({ ...this.#call, query });
  }

  /** The items in order, at most so many. */
  async toArray({ atMost = Number.POSITIVE_INFINITY }: { readonly atMost?: number } = {}): Promise<Item[]> {
    const items: Item[] = [];
    if (atMost <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= atMost) break;
    }
    return items;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    let cursor: string | null = null;
    do {
      const page: Page<Item> = await this.page(cursor);
      yield* page.data;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }
}
