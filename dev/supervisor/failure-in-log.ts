import { open } from 'node:fs/promises';

/** Enough for the cause; the rest is in the log. */
const MAX_LINES = 4;
const MAX_BYTES = 8_192;
const LONGEST_LINE = 240;
/** Marks the first line of a failure, as Node, PostgreSQL and others write it. */
const FAILURE = /error|fatal|panic/i;
/** Stack frames, which tell a person less than the lines before. */
const NO_CAUSE = /^\s*at |^Node\.js v|^\s*[\^{}]*\s*$|^file:\/\//;

/**
 * The last lines of a process's log after `offset`: from its last failure on, if there is one. Indented; empty when it
 * has written nothing. Never throws.
 */
export async function failureInLog(logPath: string, offset: number): Promise<string> {
  try {
    const log = await open(logPath, 'r');
    try {
      const { size } = await log.stat();
      const position = Math.max(offset, size - MAX_BYTES);
      const { buffer, bytesRead } = await log.read({ buffer: Buffer.alloc(MAX_BYTES), position });
      const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
      const telling = lines.filter((line) => !NO_CAUSE.test(line));
      const failure = telling.findLastIndex((line) => FAILURE.test(line));
      const words = failure === -1 ? telling.slice(-MAX_LINES) : telling.slice(failure, failure + MAX_LINES);
      return words.map((line) => `\n  ${line.trimEnd().slice(0, LONGEST_LINE)}`).join('');
    } finally {
      await log.close();
    }
  } catch {
    return '';
  }
}
