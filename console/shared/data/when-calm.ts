import { createCalm } from './calm.ts';

/** The page's own: all its work that can wait stands in one line. */
export const { stir, whenCalm } = createCalm({
  inNextFrame: (run) => {
    requestAnimationFrame(run);
  },
  nowMs: () => performance.now(),
});

addEventListener('scroll', stir, { capture: true, passive: true });
