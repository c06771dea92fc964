import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';

/**
 * An append-only file of JSON lines. Lines that are appended during a write are written together after it, so hundreds
 * of jobs a second cost a handful of writes. It is not synced to the disk: it has to survive a kill of the process, not
 * of the machine.
 */
export class Journal {
  readonly #path: string;
  #bytes: number;
  #pending: string[] = [];
  /** The write of the pending lines, which has not begun; null: there are none. */
  #next: Promise<void> | null = null;
  /** The last write. One begins when the one before it has ended. */
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once the line is in the file; rejects when it could not be written. */
  append(line: unknown): Promise<void> {
    this.#pending.push(`${JSON.stringify(line)}\n`);
    this.#next ??= this.#queue(() => this.#writePending());
    return this.#next;
  }

  /**
   * Replaces the file if it is longer than `maxBytes`. `linesOf` has to cover everything that was appended so far, since
   * pending lines are dropped. A line that is being written is in the file before, so that none is written twice.
   */
  compact(maxBytes: number, linesOf: () => readonly unknown[]): Promise<void> {
    return this.#queue(() => {
      if (this.#bytes > maxBytes) this.rewrite(linesOf());
    });
  }

  /** Replaces the whole file at once: a reader sees the old or the new one. Only before the first append. */
  rewrite(lines: readonly unknown[]): void {
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(fresh, this.#path);
    this.#bytes = statSync(this.#path).size;
    this.#pending = [];
  }

  /** Resolves when everything appended so far is written. */
  async close(): Promise<void> {
    await this.#last;
  }

  #queue(write: () => void | Promise<void>): Promise<void> {
    this.#last = this.#last.catch(() => undefined).then(write);
    return this.#last;
  }

  async #writePending(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    this.#next = null;
    if (text === '') return;
    await appendFile(this.#path, text);
    this.#bytes += Buffer.byteLength(text);
  }
}

/**
 * Returns the lines of a journal, oldest first; none: there is no file. A torn last line, which a kill leaves, is
 * skipped.
 */
export function readJournal(path: string): readonly unknown[] {
  if (!existsSync(path)) return [];
  const lines: unknown[] = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue;
    try {
      lines.push(JSON.parse(line));
    } catch {
      continue;
    }
  }
  return lines;
}
