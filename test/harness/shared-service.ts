/** A service that tests use, and how to end it. */
export type RunningService<Facts> = { readonly facts: Facts; readonly stop: () => Promise<void> };

type Entry = { users: number; readonly service: Promise<RunningService<unknown>> };

/**
 * Every vitest project loads its own copy of a global set-up, all in one process: the one PostgreSQL they share has to
 * be kept where all copies see it.
 */
const KEY = Symbol.for('holdfast.test.shared-services');
const holder = globalThis as unknown as { [KEY]: Map<string, Entry> | undefined };

/** Starts the service for the first project that asks and gives the same one to the others; the last to release it ends it. */
export async function shareService<Facts>(
  name: string,
  start: () => Promise<RunningService<Facts>>,
): Promise<{ readonly facts: Facts; readonly release: () => Promise<void> }> {
  const entries = (holder[KEY] ??= new Map<string, Entry>());
  const entry = entries.get(name) ?? { users: 0, service: start() };
  entries.set(name, entry);
  entry.users += 1;
  const { facts, stop } = (await entry.service) as RunningService<Facts>;
  const release = async () => {
    entry.users -= 1;
    if (entry.users > 0) return;
    entries.delete(name);
    await stop();
  };
  return { facts, release };
}
