import type { ProcessConfig } from './settings/config.ts';

/**
 * Tells a supervisor that asked (READY_LINE=true) that this process is ready: one JSON line on stdout, written whole,
 * unlike any log line.
 */
export function announceReady(
  config: Pick<ProcessConfig, 'printsReadyLine'>,
  facts: Readonly<Record<string, string | number>> = {},
): void {
  if (config.printsReadyLine) process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`);
}
