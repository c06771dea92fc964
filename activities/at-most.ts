/** Runs calls, at most so many at a time, in order of arrival. A waiting call holds no more than its promise. */
type AtMost = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createAtMost(maxAtOnce: number): AtMost {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    // A call that ends passes its place to the next in line, so that no later call gets in between.
    if (running >= maxAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
