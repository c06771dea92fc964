import { StartFault } from '../domain/start-fault.ts';

/**
 * The first call of every process: a StartFault ends it with its message on stderr and exit code 1. Any other error is
 * a mistake of ours, and Node.js shows where it was thrown.
 */
export function showStartFaults(): void {
  process.on('uncaughtExceptionMonitor', (error) => {
    if (!(error instanceof StartFault)) return;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
