import type { ProcessConfig } from './settings/config.ts';

/**
 * Tells a supervisor, if it asked (READY_LINE=true), that this process takes work now: one JSON line on stdout,
 * written whole, that no log line can be mistaken for.
 */
export function announceReady(
  config: Pick<ProcessConfig, 'printsReadyLine'>,
  facts: Readonly<Record<string, string | number>> = {},
): void {
  if (config.printsReadyLine) process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`);
}
