/** The instants between which a month (`YYYY-MM`, UTC) lies: the second is not of it. */
export function monthOf(month: string): { readonly from: string; readonly to: string } {
  const from = new Date(`${month}-01T00:00:00Z`);
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  return { from: from.toISOString(), to: to.toISOString() };
}
