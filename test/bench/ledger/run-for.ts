/** Keeps `inFlight` cycles going for some time; returns cycles per second. A cycle under way at the end is counted. */
export async function runFor(
  options: { readonly inFlight: number; readonly seconds: number },
  cycle: () => Promise<void>,
): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + options.seconds * 1_000;
  let cycles = 0;
  await Promise.all(
    Array.from({ length: options.inFlight }, async () => {
      while (performance.now() < endsAt) {
        await cycle();
        cycles += 1;
      }
    }),
  );
  return cycles / ((performance.now() - startedAt) / 1_000);
}
