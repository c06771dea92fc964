import path from 'node:path';

/** The result of the Dockerfile: the built context, and the folder of the image. One of the two files says how the build ended. */
export type ImageContent = {
  readonly context: string;
  readonly app: string;
  readonly ready: string;
  readonly failed: string;
};

export function imageContentIn(home: string): ImageContent {
  const at = (name: string) => path.join(home, name);
  return { context: at('context'), app: at('app'), ready: at('ready'), failed: at('failed') };
}
