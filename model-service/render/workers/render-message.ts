import type { RenderTask } from '../../renderer.ts';

/** The request of the pool to a worker thread. A thread gets one at a time. */
export type RenderRequest = Omit<RenderTask, 'name'>;

/** The messages that a worker thread posts: any number of `progress`, then one of the others. */
export type RenderAnswer =
  | { readonly type: 'progress'; readonly stage: string; readonly fraction: number }
  | { readonly type: 'done'; readonly contentType: string; readonly content: Uint8Array }
  | { readonly type: 'failed'; readonly message: string };
