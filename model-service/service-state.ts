import type { Prediction } from './predictions/prediction.ts';
import type { PredictionScheduler } from './predictions/prediction-scheduler.ts';
import type { PredictionStore } from './predictions/prediction-store.ts';
import type { HeldFiles } from './files/held-files.ts';
import type { ResultFiles } from './files/result-files.ts';
import type { ResultLinks } from './files/result-links.ts';
import type { SandboxFaults } from './sandbox/scenario-rules.ts';

/** The parts of the service that its HTTP handlers use. */
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
  /** Milliseconds to a prediction's own deadline; null: it has none. */
  readonly leftMsOf: (prediction: Prediction) => number | null;
  readonly view: (prediction: Prediction, origin: string) => Record<string, unknown>;
};
