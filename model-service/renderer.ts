import type { PredictionInput } from './predictions/prediction-request.ts';
import type { PredictionProgress, ResultFile } from './predictions/prediction.ts';
import type { StageName } from './film-options.ts';

/** One file to make, which is called `name`. */
export type RenderTask = {
  readonly name: string;
  /** Varies the design, so that two variations of one brief do not look alike. */
  readonly seed: string;
  readonly input: PredictionInput;
  /** The results of earlier stages it is made from. */
  readonly inputs: readonly RenderInput[];
  /** Pictures that the customer refers to: a product, a logo. Absent: none. */
  readonly references?: readonly Uint8Array[];
};

export type RenderInput = {
  readonly stage: StageName;
  readonly part: number;
  readonly content: Uint8Array;
};

/** Makes files by rendering, or returns prepared ones. Rejects when `signal` is aborted. */
export type Renderer = {
  render(
    task: RenderTask,
    onProgress: (progress: PredictionProgress) => void,
    signal: AbortSignal,
  ): Promise<ResultFile>;
  close(): Promise<void>;
};

/** The renderer ended before the job did. Another run may succeed. */
export class RenderInterrupted extends Error {
  override readonly name = 'RenderInterrupted';
}
