import { access, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import type { ImageContent } from '../harness/image-content.ts';
import '../harness/provided-context.ts';

/** For the hook that waits. The making is bounded by itself, below this. */
export const IMAGE_CONTENT_LIMIT_MS = 300_000;
const PAUSE_MS = 100;

/** The copy, once it is made. Throws with what went wrong. */
export async function untilImageContent(): Promise<ImageContent> {
  const copy = inject('imageContent');
  for (;;) {
    if (await isThere(copy.ready)) return copy;
    if (await isThere(copy.failed)) throw new Error(await readFile(copy.failed, 'utf8'));
    await sleep(PAUSE_MS);
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
