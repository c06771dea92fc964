import { parentPort } from 'node:worker_threads';
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

async function render(request: RenderRequest): Promise<void> {
  try {
    // Loaded on demand: the lane of pictures never needs the encoder.
    if (request.input.kind === 'video_ad') {
      const { renderStage } = await import('../render-stage.ts');
      answer({ type: 'done', ...(await renderStage(request, onProgress)) });
    } else if (request.input.kind === 'sound') {
      const { renderSound } = await import('../sound/render-sound.ts');
      answer({ type: 'done', ...(await renderSound(request, onProgress)) });
    } else {
      const { renderPicture } = await import('../render-picture.ts');
      const { loadReferences } = await import('../drawing/reference-cards.ts');
      const references = await loadReferences(request.references ?? []);
      const content = renderPicture(request.input, request.seed, onProgress, references);
      answer({ type: 'done', contentType: 'image/png', content });
    }
  } catch (error) {
    answer({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

port.on('message', (request: RenderRequest) => {
  void render(request);
});
