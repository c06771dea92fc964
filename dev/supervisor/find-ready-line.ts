import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How runtime/process-ready.ts begins its line. */
const READY_PREFIX = '{"ready":true';
const LOOK_INTERVAL_MS = 25;
/** A process that has said so much without being ready is not about to be. */
const LONGEST_PREAMBLE_BYTES = 4 * 1024 * 1024;

/** Waits for the ready line that a process writes into its log after `offset`. Throws when the process ends first. */
export async function findReadyLine(
  logPath: string,
  offset: number,
  ended: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const log = await open(logPath, 'r');
  try {
    for (let text = ''; text.length < LONGEST_PREAMBLE_BYTES; await sleep(LOOK_INTERVAL_MS)) {
      const hasEnded = ended.aborted;
      const { bytesRead, buffer } = await log.read({ position: offset + Buffer.byteLength(text) });
      text += buffer.toString('utf8', 0, bytesRead);
      const line = text
        .split('\n')
        .slice(0, -1)
        .find((candidate) => candidate.startsWith(READY_PREFIX));
      if (line !== undefined) return JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (hasEnded && bytesRead === 0) break;
    }
    throw new Error('ended before it was ready');
  } finally {
    await log.close();
  }
}
