import type { Prediction } from './prediction.ts';
import type { PredictionScheduler } from './prediction-scheduler.ts';
import type { PredictionStore } from './prediction-store.ts';
import type { HeldFiles } from './held-files.ts';
import type { ResultFiles } from './result-files.ts';
import type { ResultLinks } from './result-links.ts';
import type { SandboxFaults } from './sandbox-faults.ts';

/** What every handler of the service works with. */
export type ServiceState = {
  readonly store: PredictionStore;
  readonly scheduler: PredictionScheduler;
  readonly files: ResultFiles;
  readonly held: HeldFiles;
  readonly links: ResultLinks;
  readonly faults: SandboxFaults;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newId: () => string;
  /** Time to a prediction's own deadline; null when it named none. */
  readonly leftMsOf: (prediction: Prediction) => number | null;
  readonly view: (prediction: Prediction, origin: string) => Record<string, unknown>;
};
