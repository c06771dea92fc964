import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PredictionInput } from './predictions/prediction-request.ts';
import { PRODUCT_OF_STAGE, stageOf } from './predictions/products.ts';
import type { Renderer } from './renderer.ts';
import type { ResultFile } from './predictions/prediction.ts';
import type { ResultFiles } from './files/result-files.ts';
import { STAGE_NAMES, VIDEO_DURATIONS_SECONDS, type StageName } from './film-options.ts';

/** Made once by make-prepared-files.ts with the real renderer: small, and valid. */
const PREPARED: Readonly<Record<StageName, string>> = {
  script: 'script.json',
  scenes: 'picture.png',
  motion: 'film.mp4',
  voice: 'sound.m4a',
  captions: 'captions.vtt',
  render: 'film.mp4',
};

/** Returns the stage whose prepared file has the requested type. */
function preparedStageOf(input: PredictionInput): StageName {
  if (input.kind === 'static_ad') return 'scenes';
  const stage = stageOf(input);
  return input.kind === 'sound' && stage !== 'script' ? 'voice' : stage;
}

/** A whole film has the requested length. */
const filmOf = (durationSeconds: number): string => `film-${String(durationSeconds)}.mp4`;

/**
 * Returns a renderer that returns the same prepared files for any request: benchmarks and soaks then measure the
 * orchestrator.
 * @param modelMs how long the pretended model takes; 0 ends a job before its submission is answered.
 */
export function createInstantRenderer(files: ResultFiles, modelMs: number): Renderer {
  const prepare = (name: string, contentType: string) => {
    const content = readFileSync(new URL(`./prepared/${name}`, import.meta.url));
    return files.prepare(`prepared-${name}`, contentType, content);
  };
  const prepared = new Map(
    STAGE_NAMES.map((stage) => [stage, prepare(PREPARED[stage], PRODUCT_OF_STAGE[stage].contentType)]),
  );
  const films = new Map<number, ResultFile>(
    VIDEO_DURATIONS_SECONDS.map((seconds) => [seconds, prepare(filmOf(seconds), 'video/mp4')]),
  );
  return {
    async render({ input }, _onProgress, signal) {
      if (modelMs > 0) await sleep(modelMs, undefined, { signal });
      const stage = preparedStageOf(input);
      const { duration_seconds: seconds } = input;
      const film = stage === 'render' && seconds !== undefined ? films.get(seconds) : undefined;
      const file = film ?? prepared.get(stage);
      if (file === undefined) throw new RangeError(`there is no prepared file of stage ${stage}`);
      return file;
    },
    close: () => Promise.resolve(),
  };
}
