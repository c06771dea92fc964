import type { Locator, Page, Route } from 'playwright-core';

/** Rows of each list. */
export const ROWS = 1_200;
const PAGE_ROWS = 300;
/** Three screens of rows of at least 36 px, and the rows that are kept. */
export const MOST_DRAWN = 90;

/** A list of a page that may have thousands of rows. */
export type LongList = {
  readonly name: string;
  readonly face: 'portal' | 'support';
  readonly place: (account: string) => string;
  readonly within: (page: Page) => Locator;
  /** A selector of a row within it. */
  readonly row: string;
  /** A selector, in the whole page, of the element with the rows. */
  readonly container: string;
  /** A selector of the element that tells the number of rows. */
  readonly counted: string;
  readonly countedBy: 'aria-rowcount' | 'aria-setsize';
};

const ofTable = (title: string) =>
  ({
    face: 'support',
    place: (account: string) => `accounts/${account}`,
    within: (page: Page) => page.getByRole('region', { name: title, exact: true }).first(),
    row: 'tbody tr:not(.table-gap)',
    container: `section[aria-label="${title}"] .table-frame`,
    counted: 'table',
    countedBy: 'aria-rowcount',
  }) as const;

const ofLines = (place: string) =>
  ({
    face: 'portal',
    place: () => place,
    within: (page: Page) => page.locator('main'),
    row: 'li.line',
    container: '.lines',
    counted: 'li.line',
    countedBy: 'aria-setsize',
  }) as const;

export const LONG_LISTS = [
  { name: 'the jobs of a customer', ...ofLines('jobs') },
  { name: 'the history of a customer', ...ofLines('credits') },
  { name: 'the jobs of an account, for support', ...ofTable('Jobs') },
  { name: 'the entries of an account, for support', ...ofTable('Entries') },
] as const satisfies readonly LongList[];

type Row = { readonly id: string };
type Item = Row & { readonly job?: Row; readonly type?: string };

const idOf = ({ id, job }: Item) => job?.id ?? id;

/**
 * Responds to the list calls of a page with `ROWS` copies of the API's first row, each with its own id and title. A row that the
 * API has on top of it later stands on top of the copies.
 */
export async function serveLongLists(page: Page): Promise<void> {
  const serve = (numbered: (row: Item, number: number) => object) => {
    let copied: Item | undefined;
    return async (route: Route) => {
      const url = new URL(route.request().url());
      const from = Number(url.searchParams.get('cursor') ?? 0);
      url.searchParams.delete('cursor');
      const response = await route.fetch({ url: url.href });
      if (!response.ok()) {
        await route.fulfill({ response });
        return;
      }
      const { data: read } = (await response.json()) as { data: Item[] };
      const first = (copied ??= read[0]);
      if (first === undefined) throw new Error(`${url.href} has no row to repeat`);
      const above =
        from > 0
          ? []
          : read.slice(
              0,
              Math.max(
                read.findIndex((row) => idOf(row) === idOf(first)),
                0,
              ),
            );
      const to = Math.min(from + PAGE_ROWS, ROWS);
      const copies = Array.from({ length: to - from }, (_, at) => numbered(first, from + at + 1));
      const next_cursor = to === ROWS ? null : String(to);
      await route.fulfill({ response, json: { data: [...above, ...copies], next_cursor } });
    };
  };
  const job = (row: Row, number: number) => ({
    ...row,
    id: number === 1 ? row.id : `${row.id}-${String(number)}`,
    title: `№${String(number)} of the day`,
  });
  await page.route(/\/v1\/jobs\?/, serve(job));
  await page.route(
    /\/v1\/history\?/,
    serve((item, number) => ({ type: 'job', job: job(item.job ?? item, number) })),
  );
  await page.route(
    /\/v1\/entries(\?|$)/,
    serve((entry, number) => ({ ...entry, id: `${entry.id}-№${String(number)}` })),
  );
}

/** Closes a page, and drops the responses that are on their way to it. */
export async function closeServed(of: {
  readonly page: Page;
  readonly close: () => Promise<void>;
}): Promise<void> {
  await of.page.unrouteAll({ behavior: 'ignoreErrors' });
  await of.close();
}

/** Resolves when the rendered rows have been laid out, measured and rendered again. */
export function untilSettled(page: Page): Promise<void> {
  return page
    .evaluate<undefined>(
      '(async () => { for (let frame = 0; frame < 30; frame++) await new Promise(requestAnimationFrame); })()',
    )
    .then(() => undefined);
}
