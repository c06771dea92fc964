/** Runs `count` pieces of work, `inFlight` at a time; returns pieces per second. */
export async function runInFlight(
  count: number,
  inFlight: number,
  work: (number: number) => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < count) await work(next++);
    }),
  );
  return count / ((performance.now() - startedAt) / 1_000);
}
