import { isVideo } from '../prediction-request.ts';
import type { Renderer } from '../renderer.ts';
import type { ResultFiles } from '../result-files.ts';
import { RenderLane } from './render-lane.ts';

/** The real renderer: one worker thread for pictures and one for films, so that no picture waits behind a film. */
export function createRenderPool(files: ResultFiles): Renderer {
  const pictures = new RenderLane();
  const films = new RenderLane();
  return {
    async render({ name, seed, input }, onProgress, signal) {
      const lane = isVideo(input) ? films : pictures;
      const { contentType, content } = await lane.render({ seed, input }, onProgress, signal);
      return files.save(name, contentType, content);
    },
    async close() {
      await Promise.all([pictures.close(), films.close()]);
    },
  };
}
