import { expect } from 'vitest';

/** Name → what an answer had in its place. */
export type Names = Map<string, string>;

/**
 * Holds an answer against what the page shows of it: every field shown is there with that value. `"…"` is any text; `"{name}"`
 * is any text the first time, and the same one from then on.
 */
export function matchFragment(shown: unknown, found: unknown, names: Names, at = ''): void {
  if (Array.isArray(shown)) {
    expect(Array.isArray(found), `${at} is a list`).toBe(true);
    shown.forEach((item, index) => {
      matchFragment(item, (found as readonly unknown[])[index], names, `${at}/${String(index)}`);
    });
    return;
  }
  if (typeof shown === 'object' && shown !== null) {
    for (const [field, value] of Object.entries(shown)) {
      matchFragment(value, (found as Record<string, unknown> | null)?.[field], names, `${at}/${field}`);
    }
    return;
  }
  const name = typeof shown === 'string' ? /^\{([a-z]+)\}$/.exec(shown)?.[1] : undefined;
  if (name !== undefined && !names.has(name)) {
    expect(found, at).toEqual(expect.any(String));
    names.set(name, found as string);
    return;
  }
  if (shown === '…') expect(found, at).toEqual(expect.any(String));
  else expect(found, at).toEqual(name === undefined ? shown : names.get(name));
}
