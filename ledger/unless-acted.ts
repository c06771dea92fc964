/** By whom something is done, and why. */
export type ActedBy = { readonly actor: string; readonly reason: string };

/** What else counts as the same: actions by their names, and what their details hold. */
type SameAction = { readonly actions: readonly string[]; readonly subject?: object };

/**
 * The condition of a call that was decided on a dry run, for ledger.unless_acted and ledger.refuse_if_acted: no other person has done the same since.
 * Null: no dry run was read. `by`: of a call without a key, which may be its own repetition.
 */
export function unlessActed(
  asOf: string | undefined,
  { actions, subject = {} }: SameAction,
  by: ActedBy | null = null,
): object | null {
  return asOf === undefined ? null : { as_of: asOf, actions, subject, by: by ?? {} };
}
