/** The bodies that a process is reading: until they are whole they take memory. */
export type HeldBodies = {
  /** Counts a body. `refuse` is called, once, when the limit is reached and this body is the oldest. */
  readonly hold: (refuse: () => void) => HeldBody;
};

type HeldBody = {
  readonly add: (bytes: number) => void;
  /** The body is whole, or was given up. */
  readonly release: () => void;
};

/**
 * Bounds the memory of all bodies together. Above the limit the oldest is refused: a body that arrives at once takes a
 * moment, so the slow ones make room.
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
