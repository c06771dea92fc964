import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync, mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';

/** Files that callers have uploaded for later submissions, named by their SHA-256. The oldest make room. */
export class HeldFiles {
  readonly #folder: string;
  /** Sizes by name, oldest first. */
  readonly #bytesOf = new Map<string, number>();

  /** Throws when the folder cannot be made. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const found = readdirSync(folder).map((name) => ({ name, stats: statSync(join(folder, name)) }));
    found.sort((one, other) => one.stats.mtimeMs - other.stats.mtimeMs);
    for (const { name, stats } of found) this.#bytesOf.set(name, stats.size);
  }

  has(sha256: string): boolean {
    return this.#bytesOf.has(sha256);
  }

  /** Stores a file; false: its content is not what its name says. */
  async keep(sha256: string, content: Buffer): Promise<boolean> {
    if (createHash('sha256').update(content).digest('hex') !== sha256) return false;
    const file = join(this.#folder, sha256);
    // A name of its own: the same file may be uploaded twice at a time.
    const fresh = `${file}.${randomUUID()}`;
    await writeFile(fresh, content);
    renameSync(fresh, file);
    this.#bytesOf.set(sha256, content.byteLength);
    this.#makeRoom();
    return true;
  }

  /** The bytes of a file; null: it is not here. */
  async read(sha256: string): Promise<Buffer | null> {
    return this.has(sha256) ? readFile(join(this.#folder, sha256)).catch(() => null) : null;
  }

  #makeRoom(): void {
    let bytes = [...this.#bytesOf.values()].reduce((sum, size) => sum + size, 0);
    for (const [name, size] of this.#bytesOf) {
      if (bytes <= MODEL_SERVICE_LIMITS.heldBytes) return;
      rmSync(join(this.#folder, name), { force: true });
      this.#bytesOf.delete(name);
      bytes -= size;
    }
  }
}
