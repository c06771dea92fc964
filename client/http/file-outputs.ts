import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { contentOf, downloadOf, Outputs, requireSha256 } from './outputs.ts';
import type { CallOptions } from './transport.ts';
import type { Output } from './wire-types.ts';

/** `holdfast.outputs` of a program that has a disk. */
export class FileOutputs extends Outputs {
  /** Its bytes, into a file: beside it first, and in its place once they are whole. */
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

/** The chunks of a body; of none, nothing. */
function bytesOf(response: Response): AsyncIterable<Uint8Array> | readonly Uint8Array[] {
  return response.body ?? [];
}
