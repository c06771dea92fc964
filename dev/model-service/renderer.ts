import type { PredictionInput } from './prediction-request.ts';
import type { PredictionProgress, ResultFile } from './prediction.ts';

/** One thing to make. `name` is what its file is to be called. */
export type RenderTask = {
  readonly name: string;
  /** Varies the design, so that two variations of one brief do not look alike. */
  readonly seed: string;
  readonly input: PredictionInput;
};

/** Makes files: by rendering, or by handing out prepared ones. Rejects when `signal` is aborted. */
export type Renderer = {
  render(
    task: RenderTask,
    onProgress: (progress: PredictionProgress) => void,
    signal: AbortSignal,
  ): Promise<ResultFile>;
  close(): Promise<void>;
};
