/** The bodies that a process is reading, of all of its requests: until they are whole they are memory. */
export type HeldBodies = {
  /** Counts one more. `refuse` is called, once, when it has to go: the others hold as much as there may be, and it is the oldest. */
  readonly hold: (refuse: () => void) => HeldBody;
};

type HeldBody = {
  readonly add: (bytes: number) => void;
  /** It is whole, or was given up. */
  readonly release: () => void;
};

/**
 * Bounds what bodies take together. Of too much the oldest goes: a body that comes at once is gone in a moment, so it is the slow ones that
 * make room, and not those who have just come.
 */
export function createHeldBodies(mostBytes: number): HeldBodies {
  const held = new Set<{ bytes: number; readonly refuse: () => void }>();
  let bytes = 0;
  return {
    hold(refuse) {
      const one = { bytes: 0, refuse };
      const release = (body: typeof one) => {
        if (held.delete(body)) bytes -= body.bytes;
      };
      held.add(one);
      return {
        add(more) {
          if (!held.has(one)) return;
          one.bytes += more;
          bytes += more;
          for (const oldest of held) {
            if (bytes <= mostBytes) break;
            release(oldest);
            oldest.refuse();
          }
        },
        release: () => {
          release(one);
        },
      };
    },
  };
}
