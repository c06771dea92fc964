import { parentPort } from 'node:worker_threads';
import { isVideo } from '../prediction-request.ts';
import type { RenderAnswer, RenderRequest } from './render-message.ts';

/** The worker thread's entry: takes one request at a time from the lane that started it. */

if (parentPort === null) throw new Error('render-worker.ts is started as a worker thread');
const port = parentPort;

const answer = (message: RenderAnswer): void => {
  port.postMessage(message);
};

const onProgress = (stage: string, fraction: number): void => {
  answer({ type: 'progress', stage, fraction });
};

async function render({ seed, input }: RenderRequest): Promise<void> {
  try {
    // Loaded on demand: the lane of pictures never needs the encoder.
    if (isVideo(input)) {
      const { renderFilm } = await import('./render-film.ts');
      answer({ type: 'done', contentType: 'video/mp4', content: await renderFilm(input, seed, onProgress) });
    } else {
      const { renderPicture } = await import('./render-picture.ts');
      answer({ type: 'done', contentType: 'image/png', content: renderPicture(input, seed, onProgress) });
    }
  } catch (error) {
    answer({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

port.on('message', (request: RenderRequest) => {
  void render(request);
});
