import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ResultFile } from '../predictions/prediction.ts';

/** Finished files: rendered ones on disk, prepared ones in memory, which all predictions share. */
export class ResultFiles {
  readonly #folder: string;
  readonly #prepared = new Map<string, Buffer>();
  /**
   * The files that this process has made, by content. Those of an earlier process are not found by content, and have to
   * be uploaded.
   */
  readonly #byContent = new Map<string, ResultFile>();
  #bytesOnDisk = 0;

  /** Throws when the folder cannot be made. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) this.#bytesOnDisk += statSync(join(folder, name)).size;
  }

  get bytesOnDisk(): number {
    return this.#bytesOnDisk;
  }

  /** Registers a file that is served from memory, and describes it. */
  prepare(name: string, contentType: string, content: Buffer): ResultFile {
    this.#prepared.set(name, content);
    return this.#describe(name, contentType, content);
  }

  async save(name: string, contentType: string, content: Uint8Array): Promise<ResultFile> {
    await writeFile(join(this.#folder, name), content);
    this.#bytesOnDisk += content.byteLength;
    return this.#describe(name, contentType, content);
  }

  /** The bytes of a file; null: it is gone. */
  open(file: ResultFile): Readable | null {
    const prepared = this.#prepared.get(file.name);
    if (prepared !== undefined) return Readable.from([prepared], { objectMode: false });
    const path = join(this.#folder, file.name);
    return statSync(path, { throwIfNoEntry: false }) === undefined ? null : createReadStream(path);
  }

  /** The bytes with this SHA-256; null: there is no such file. */
  async read(sha256: string): Promise<Buffer | null> {
    const file = this.#byContent.get(sha256);
    const stream = file === undefined ? null : this.open(file);
    return stream === null ? null : Buffer.concat((await stream.toArray()) as Buffer[]);
  }

  findByContent(sha256: string): ResultFile | undefined {
    return this.#byContent.get(sha256);
  }

  remove(files: readonly ResultFile[]): void {
    for (const file of files) {
      if (this.#prepared.has(file.name)) continue;
      rmSync(join(this.#folder, file.name), { force: true });
      this.#bytesOnDisk -= file.bytes;
      if (this.#byContent.get(file.sha256)?.name === file.name) this.#byContent.delete(file.sha256);
    }
  }

  #describe(name: string, contentType: string, content: Uint8Array): ResultFile {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const file = { name, contentType, bytes: content.byteLength, sha256 };
    this.#byContent.set(sha256, file);
    return file;
  }
}
