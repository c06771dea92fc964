import { productOf } from '../../predictions/products.ts';
import type { Renderer } from '../../renderer.ts';
import type { ResultFiles } from '../../files/result-files.ts';
import { RenderLane } from './render-lane.ts';

/** Encodes the clips of a film on both cores of a small machine. A thread that encodes holds up to half a gigabyte. */
const FILM_LANES = 2;

/** Media types that take a moment to make. All others wait for the encoders. */
const QUICK: readonly string[] = ['image/png', 'application/json', 'text/vtt'];

/**
 * Returns the renderer that draws: one worker thread for pictures and some for films, so that no picture waits for a
 * film.
 */
export function createRenderPool(files: ResultFiles): Renderer {
  const pictures = new RenderLane();
  const films = Array.from({ length: FILM_LANES }, () => new RenderLane());
  return {
    async render({ name, ...request }, onProgress, signal) {
      const lane = QUICK.includes(productOf(request.input).contentType) ? pictures : leastBusy(films);
      const { contentType, content } = await lane.render(request, onProgress, signal);
      return files.save(name, contentType, content);
    },
    async close() {
      await Promise.all([pictures, ...films].map((lane) => lane.close()));
    },
  };
}

function leastBusy(lanes: readonly RenderLane[]): RenderLane {
  return lanes.reduce((one, other) => (other.jobs < one.jobs ? other : one));
}
