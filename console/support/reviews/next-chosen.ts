/** The review that a queue without a named one shows. */
export type Chosen = { readonly filter: string; readonly id: string };

/**
 * The first of the queue is shown while the address names none. It stays when the queue changes: a new report, or a
 * decision, must not replace the record that is read, nor close the dialog in which a reason is written.
 */
export function nextChosen(
  before: Chosen | null,
  now: { readonly named: string | undefined; readonly filter: string; readonly first: string | undefined },
): Chosen | null {
  const { named, filter, first } = now;
  if (named !== undefined) return null;
  if (before?.filter === filter) return before;
  return first === undefined ? null : { filter, id: first };
}
