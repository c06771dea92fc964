/** Ctrl-C reaches us from the terminal and once more from npm, which forwards it: together they are one wish to end. */
const SAME_WISH_MS = 2_000;
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** 128 + SIGINT. */
const IMPATIENT_EXIT_CODE = 130;

/** An abort signal for the wish to end. Someone who repeats it later on does not want to wait for an orderly end. */
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
