/**
 * A page of a list, of which one row more was read than it shows. `last`: the last row shown, from which the next page
 * goes on; undefined at the end of the list.
 */
export function pageOf<Row>(
  read: readonly Row[],
  limit: number,
): { readonly shown: readonly Row[]; readonly last: Row | undefined } {
  const shown = read.slice(0, limit);
  return { shown, last: read.length > limit ? shown.at(-1) : undefined };
}
