/** Random numbers that a seed gives again (mulberry32). */
export type SeededRandom = {
  /** From 0 up to, not including, `below`. */
  readonly integer: (below: number) => number;
  /** True so many times in a hundred. */
  readonly inPercent: (percent: number) => boolean;
  readonly oneOf: <Item>(items: readonly Item[]) => Item;
};

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const integer = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    integer,
    inPercent: (percent) => integer(100) < percent,
    oneOf: (items) => {
      const item = items[integer(items.length)];
      if (item === undefined) throw new RangeError('there is nothing to choose from');
      return item;
    },
  };
}
