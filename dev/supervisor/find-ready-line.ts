import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How runtime/process-ready.ts begins its line. */
const READY_PREFIX = '{"ready":true';
const LOOK_INTERVAL_MS = 25;
/** A process that has written this much without being ready will not be. */
const LONGEST_PREAMBLE_BYTES = 4 * 1024 * 1024;

/** Waits for the ready line in a process's log after `offset`. Throws when the process ends first. */
export async function findReadyLine(
  logPath: string,
  offset: number,
  ended: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const log = await open(logPath, 'r');
  try {
    let seen = Buffer.alloc(0);
    while (seen.length < LONGEST_PREAMBLE_BYTES) {
      // Checked before the read, so that the last lines of an ended process are still read.
      const hasEnded = ended.aborted;
      const { bytesRead, buffer } = await log.read({ position: offset + seen.length });
      seen = Buffer.concat([seen, buffer.subarray(0, bytesRead)]);
      const line = readyLineIn(seen);
      if (line !== undefined) return JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (hasEnded && bytesRead === 0) break;
      await sleep(LOOK_INTERVAL_MS);
    }
    throw new Error('ended before it was ready');
  } finally {
    await log.close();
  }
}

/** Only whole lines: the text after the last line break may still grow. */
function readyLineIn(output: Buffer): string | undefined {
  const lines = output.toString('utf8').split('\n').slice(0, -1);
  return lines.find((line) => line.startsWith(READY_PREFIX));
}
