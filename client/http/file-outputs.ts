import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { contentOf, downloadOf, Outputs, requireSha256 } from './outputs.ts';
import type { CallOptions } from './transport.ts';
import type { Output } from './wire-types.ts';

/** `holdfast.outputs` for a program with a disk. */
export class FileOutputs extends Outputs {
  /** Saves the bytes to a file: beside it first, then renamed once complete. */
  async save(output: Output, file: string, options: CallOptions = {}): Promise<void> {
    const { contentUrl } = contentOf(output);
    const part = `${file}.part`;
    try {
      await this.transport.send(downloadOf(contentUrl, options), async (response) => {
        const hash = createHash('sha256');
        const target = await open(part, 'w');
        try {
          for await (const chunk of bytesOf(response)) {
            hash.update(chunk);
            await target.writeFile(chunk);
          }
        } finally {
          await target.close();
        }
        requireSha256(output, hash.digest('hex'));
      });
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }
}

/** The chunks of a body, if there is one. */
function bytesOf(response: Response): AsyncIterable<Uint8Array> | readonly Uint8Array[] {
  return response.body ?? [];
}
