/** Ctrl-C arrives from the terminal and again from npm: together they are one request to end. */
const SAME_WISH_MS = 2_000;
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** 128 + SIGINT. */
const IMPATIENT_EXIT_CODE = 130;

/** A signal that aborts when the process should end. A later repeat ends at once. */
export function abortOnSignal(onImpatience: () => void = () => undefined): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | null = null;
  for (const signal of ENDING_SIGNALS) {
    process.on(signal, () => {
      firstAtMs ??= performance.now();
      controller.abort();
      if (performance.now() - firstAtMs < SAME_WISH_MS) return;
      onImpatience();
      process.exit(IMPATIENT_EXIT_CODE);
    });
  }
  return controller.signal;
}
