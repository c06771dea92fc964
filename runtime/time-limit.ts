/**
 * Runs `use` with a signal that aborts after `limitMs`, or with `outer`.
 *
 * Replaces `AbortSignal.any([outer, AbortSignal.timeout(limitMs)])`: on Node 20 and early 22 that timeout is
 * garbage-collected and never fires, and the request hangs. Here the running timer holds the controller.
 */
export async function withTimeLimit<Result>(
  limitMs: number,
  outer: AbortSignal | null,
  use: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`not done within ${String(limitMs)} ms`, 'TimeoutError'));
  }, limitMs);
  const abort = (): void => {
    controller.abort(outer?.reason);
  };
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted === true) abort();
  try {
    return await use(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', abort);
  }
}
