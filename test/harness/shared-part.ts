/** A part that is up, and how to end it. */
export type RunningPart<Facts> = { readonly facts: Facts; readonly stop: () => Promise<void> };

type Entry = { users: number; readonly part: Promise<RunningPart<unknown>> };

/**
 * Every vitest project loads its own copy of a global set-up, all in one process: the one PostgreSQL they share has to
 * be kept where all copies see it.
 */
const KEY = Symbol.for('holdfast.test.shared-parts');
const holder = globalThis as unknown as { [KEY]: Map<string, Entry> | undefined };

/** Starts the part for the first project that asks and gives the same one to the others; the last to leave ends it. */
export async function shareRunningPart<Facts>(
  name: string,
  start: () => Promise<RunningPart<Facts>>,
): Promise<{ readonly facts: Facts; readonly leave: () => Promise<void> }> {
  const entries = (holder[KEY] ??= new Map<string, Entry>());
  const entry = entries.get(name) ?? { users: 0, part: start() };
  entries.set(name, entry);
  entry.users += 1;
  const { facts, stop } = (await entry.part) as RunningPart<Facts>;
  const leave = async () => {
    entry.users -= 1;
    if (entry.users > 0) return;
    entries.delete(name);
    await stop();
  };
  return { facts, leave };
}
