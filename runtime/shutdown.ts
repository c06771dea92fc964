import type { Logger } from './logger.ts';

export type StopStep = { readonly name: string; readonly stop: () => Promise<unknown> };

type Shutdown = {
  /** Runs the steps, then exits: 0 after a signal, 1 with an `error`. Only the first call counts. */
  begin(reason: string, error?: unknown): void;
};

/** The exit code of a second Ctrl-C, which ends at once: 128 + SIGINT, as in a shell. */
const IMPATIENT_EXIT_CODE = 130;

/**
 * Ends a process in order: on SIGTERM or SIGINT the steps run one after the other (take no new work, finish work, close
 * connections). A step that fails is logged, and the next one runs. After `timeoutMs` for all steps the process exits
 * with code 1. A second signal exits at once. An error that nothing catches is logged, and ends the process without the
 * steps. Temporal's Runtime must have `shutdownSignals: []`, or it would stop the
 * workers first.
 */
export function endInOrder(options: {
  readonly log: Logger;
  readonly steps: readonly StopStep[];
  readonly timeoutMs: number;
}): Shutdown {
  const { log } = options;
  let hasBegun = false;

  const run = async (exitCode: number): Promise<void> => {
    const deadline = setTimeout(() => {
      log.error({ timeoutMs: options.timeoutMs }, 'the shutdown took too long; the process exits now');
      process.exit(1);
    }, options.timeoutMs);
    for (const step of options.steps) {
      await step.stop().catch((error: unknown) => {
        log.error({ err: error, step: step.name }, 'a step of the shutdown failed; the next one runs');
      });
    }
    clearTimeout(deadline);
    log.info('the process has shut down');
    process.exit(exitCode);
  };

  const begin = (reason: string, error?: unknown): void => {
    if (hasBegun) return;
    hasBegun = true;
    if (error === undefined) log.info({ reason }, 'the process shuts down');
    else log.fatal({ reason, err: error }, 'the process shuts down after an error');
    void run(error === undefined ? 0 : 1);
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    if (hasBegun) process.exit(IMPATIENT_EXIT_CODE);
    begin(signal);
  };
  // The process ends by it, with exit code 1: what it held is in an unknown state. Its work goes on in another.
  process.on('uncaughtExceptionMonitor', (error, origin) => {
    log.fatal({ err: error, origin }, 'the process ends at once: an error that nothing catches');
  });
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { begin };
}
