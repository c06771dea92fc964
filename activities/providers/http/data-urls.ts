import { buffer } from 'node:stream/consumers';
import type { FileNames, InputFile } from '../provider.ts';

/** The most bytes of all files of one submission. Services accept bodies of 20 to 50 MB, and base64 adds a third. */
const MAX_BYTES = 12 * 1024 * 1024;

/** The files of a submission are larger than the service accepts. A retry would fail again. */
class InputsTooLarge extends RangeError {
  override readonly name = 'InputsTooLarge';
}

/**
 * Returns files as data URLs (`data:image/png;base64,…`), for services that take them within the input, or whose
 * uploads would be public to everyone with the link (fal). Throws InputsTooLarge.
 */
export async function dataUrlsOf(files: readonly InputFile[]): Promise<FileNames> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MAX_BYTES)
    throw new InputsTooLarge(
      `the input files have ${String(bytes)} bytes; a submission may have ${String(MAX_BYTES)}`,
    );
  const names = new Map<string, string>();
  for (const { sha256, contentType, open } of files) {
    const content = await buffer(await open());
    names.set(sha256, `data:${contentType};base64,${content.toString('base64')}`);
  }
  return names;
}
