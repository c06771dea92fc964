import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';

/**
 * An append-only file of JSON lines. Lines appended while a write is under way go out together in the next one, so
 * hundreds of jobs a second cost a handful of writes. Not synced to the disk: it has to outlive the process (people
 * kill it to see what happens), not the machine.
 */
export class Journal {
  readonly #path: string;
  #bytes: number;
  #pending: string[] = [];
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
    this.#bytes = existsSync(path) ? statSync(path).size : 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Settles once the line is in the file; rejects when it could not be written. */
  append(line: unknown): Promise<void> {
    this.#pending.push(`${JSON.stringify(line)}\n`);
    this.#next ??= this.#current
      .catch(() => undefined)
      .then(() => {
        this.#current = this.#writePending();
        return this.#current;
      });
    return this.#next;
  }

  /**
   * Replaces the whole file at once: a reader sees the old or the new one. The lines must say everything that was
   * appended so far, because what was still pending is dropped in their favour.
   */
  rewrite(lines: readonly unknown[]): void {
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(fresh, this.#path);
    this.#bytes = statSync(this.#path).size;
    this.#pending = [];
  }

  /** Settles when everything appended so far is written. */
  async close(): Promise<void> {
    await (this.#next ?? this.#current);
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

/** The lines of a journal, oldest first; none when there is no file. A torn last line is what a kill leaves: skipped. */
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
