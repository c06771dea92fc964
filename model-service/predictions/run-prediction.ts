import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../domain/assert-never.ts';
import { garbageFileOf } from '../files/garbage-file.ts';
import type { HeldFiles } from '../files/held-files.ts';
import { ruleOf, type Prediction, type PredictionEnd, type PredictionProgress } from './prediction.ts';
import { productOf } from './products.ts';
import { readInputs, readReferences } from './read-inputs.ts';
import type { Renderer } from '../renderer.ts';
import type { ResultFiles } from '../files/result-files.ts';

/** The test scenario `slow` (docs/http-api.md). */
const SLOW_MS = 5_000;

/** Long enough for a poll to see the job running before it fails. */
const FAILS_AFTER_MS = 250;

type RunDependencies = {
  readonly renderer: Renderer;
  readonly files: ResultFiles;
  readonly held: HeldFiles;
};

/**
 * Runs an accepted job to its end by the rule of its scenario. Rejects when `signal` is aborted, or rendering failed.
 */
export async function runPrediction(
  prediction: Prediction,
  { renderer, files, held }: RunDependencies,
  onProgress: (progress: PredictionProgress) => void,
  signal: AbortSignal,
): Promise<PredictionEnd> {
  const { id, reference, input } = prediction.order;
  const render = async (): Promise<PredictionEnd> => {
    const [inputs, references] = await Promise.all([
      readInputs(input, files, held),
      readReferences(input, files, held),
    ]);
    const task = { name: id, seed: reference, input, inputs, references };
    return succeeded([await renderer.render(task, onProgress, signal)]);
  };
  const rule = ruleOf(prediction.order).run;
  switch (rule) {
    case 'succeed':
      return render();
    case 'succeed_slowly':
      onProgress({ stage: 'script', fraction: 0.1 });
      await sleep(SLOW_MS, undefined, { signal });
      return render();
    case 'succeed_empty':
      return succeeded([]);
    case 'succeed_with_garbage':
      return succeeded([await garbageFileOf(files, id, productOf(input).contentType)]);
    case 'fail':
      onProgress({ stage: 'scene', fraction: 0.4 });
      await sleep(FAILS_AFTER_MS, undefined, { signal });
      return failed('failed', 'The model crashed while it was running.', false);
    case 'fail_interrupted':
      onProgress({ stage: 'scene', fraction: 0.4 });
      await sleep(FAILS_AFTER_MS, undefined, { signal });
      return failed('interrupted', 'The machine was taken away. Run it again.', false);
    case 'fail_moderated':
      onProgress({ stage: 'encode', fraction: 0.9 });
      await sleep(FAILS_AFTER_MS, undefined, { signal });
      // Like Runway, which bills a withheld result in full.
      return failed('moderated_output', 'The result was withheld by the safety filter.', true);
    case 'never_start':
    case 'never_finish':
      onProgress({ stage: 'scene', fraction: 0.2 });
      return untilAborted(signal);
    default:
      return assertNever(rule);
  }
}

function succeeded(files: PredictionEnd['files']): PredictionEnd {
  return { status: 'succeeded', error: null, files, isBilled: true };
}

function failed(code: string, message: string, isBilled: boolean): PredictionEnd {
  return { status: 'failed', error: { code, message }, files: [], isBilled };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => {
      reject(new Error('the job was stopped'));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
