import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isVideo } from './prediction-request.ts';
import type { Renderer } from './renderer.ts';
import type { ResultFiles } from './result-files.ts';

/** Made once by make-prepared-files.ts with the real renderer: small, and valid to any player. */
const PICTURE = new URL('./prepared/picture.png', import.meta.url);
const FILM = new URL('./prepared/film.mp4', import.meta.url);

/**
 * Answers with the same two prepared files, whatever was asked: benchmarks and soaks then measure the orchestrator.
 * @param modelMs how long the pretended model takes; 0 ends a job before its submission is answered.
 */
export function createInstantRenderer(files: ResultFiles, modelMs: number): Renderer {
  const picture = files.prepare('prepared-picture', 'image/png', readFileSync(PICTURE));
  const film = files.prepare('prepared-film', 'video/mp4', readFileSync(FILM));
  return {
    async render(task, _onProgress, signal) {
      if (modelMs > 0) await sleep(modelMs, undefined, { signal });
      return isVideo(task.input) ? film : picture;
    },
    close: () => Promise.resolve(),
  };
}
