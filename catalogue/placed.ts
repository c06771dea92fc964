/** An entry of a catalogue, and its place: `models[0]`. */
export type Placed<Entry> = { readonly path: string; readonly entry: Entry };

/** Whether an earlier entry of the list has the name of this one. */
export function isRepeated<Entry extends { readonly name: string }>(
  list: readonly Placed<Entry>[],
  { path, entry }: Placed<Entry>,
): boolean {
  return list.find((other) => other.entry.name === entry.name)?.path !== path;
}
