import { buffer } from 'node:stream/consumers';
import type { FileNames, InputFile } from '../provider.ts';

/** Of all files of one submission: services take bodies of 20 to 50 MB, and base64 adds a third. */
const MAX_BYTES = 12 * 1024 * 1024;

/** More than the service would take in a submission: only what is made from less can be made there. */
class InputsTooLarge extends RangeError {
  override readonly name = 'InputsTooLarge';
}

/**
 * For services whose inputs hold files themselves, as where an upload would be public to all who have its link (fal): a file's name is all
 * of its bytes (`data:image/png;base64,…`).
 */
export async function dataUrlsOf(files: readonly InputFile[]): Promise<FileNames> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MAX_BYTES)
    throw new InputsTooLarge(`inputs of ${String(bytes)} bytes do not fit into a submission`);
  const names = new Map<string, string>();
  for (const { sha256, contentType, open } of files) {
    const content = await buffer(await open());
    names.set(sha256, `data:${contentType};base64,${content.toString('base64')}`);
  }
  return names;
}
