import { MODEL_SERVICE_LIMITS } from '../service-limits.ts';
import { RenderInterrupted } from '../renderer.ts';
import { ruleOf, type Prediction, type PredictionEnd, type PredictionProgress } from './prediction.ts';

type SchedulerDependencies = {
  readonly run: (
    prediction: Prediction,
    onProgress: (progress: PredictionProgress) => void,
    signal: AbortSignal,
  ) => Promise<PredictionEnd>;
  /** Records the end of a prediction and sends its webhook. Called at most once for each. */
  readonly onEnded: (prediction: Prediction, end: PredictionEnd) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Jobs in status `processing` at once. */
  readonly maxProcessing: number;
};

/** Starts accepted predictions in their order, and stops those that are canceled or reach their deadline. */
export class PredictionScheduler {
  readonly #dependencies: SchedulerDependencies;
  readonly #waiting = new Set<Prediction>();
  readonly #running = new Map<Prediction, AbortController>();
  readonly #deadlines = new Map<Prediction, NodeJS.Timeout>();
  /** Running jobs that take a slot. Those that never end by design take none, since they would block the service. */
  #slotsTaken = 0;
  #isClosed = false;

  constructor(dependencies: SchedulerDependencies) {
    this.#dependencies = dependencies;
  }

  get inFlight(): number {
    return this.#waiting.size + this.#running.size;
  }

  get isFull(): boolean {
    return this.inFlight >= MODEL_SERVICE_LIMITS.queued;
  }

  /** Queues a prediction that has not ended. `leftMs`: milliseconds to its own deadline; null: it has none. */
  enqueue(prediction: Prediction, leftMs: number | null): void {
    if (leftMs !== null) {
      const timer = setTimeout(() => void this.stop(prediction, 'deadline'), Math.max(0, leftMs));
      this.#deadlines.set(prediction, timer);
    }
    if (!takesSlot(prediction)) {
      this.#start(prediction);
      return;
    }
    this.#waiting.add(prediction);
    this.#startWaiting();
  }

  /** The number of predictions in front of a waiting one; null: it is not waiting. */
  queuePositionOf(prediction: Prediction): number | null {
    if (!this.#waiting.has(prediction)) return null;
    let position = 0;
    for (const other of this.#waiting) {
      if (other === prediction) break;
      position += 1;
    }
    return position;
  }

  /** Stops a prediction at once; nothing is billed. False: it had ended. */
  async stop(prediction: Prediction, cause: 'canceled' | 'deadline'): Promise<boolean> {
    if (prediction.end !== null) return false;
    const error = cause === 'deadline' ? { code: 'deadline', message: 'Its own deadline came.' } : null;
    const ended = this.#end(prediction, { status: 'canceled', error, files: [], isBilled: false });
    this.#waiting.delete(prediction);
    this.#running.get(prediction)?.abort();
    await ended;
    return true;
  }

  /** Stops all work without ending any prediction: a restart resumes them. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#deadlines.values()) clearTimeout(timer);
    for (const controller of this.#running.values()) controller.abort();
    this.#waiting.clear();
  }

  #startWaiting(): void {
    for (const prediction of this.#waiting) {
      if (this.#slotsTaken >= this.#dependencies.maxProcessing) return;
      this.#waiting.delete(prediction);
      this.#start(prediction);
    }
  }

  #start(prediction: Prediction): void {
    const controller = new AbortController();
    const slots = takesSlot(prediction) ? 1 : 0;
    this.#running.set(prediction, controller);
    this.#slotsTaken += slots;
    prediction.isProcessing = ruleOf(prediction.order).run !== 'never_start';
    this.#runToEnd(prediction, controller.signal)
      .catch(this.#dependencies.onError)
      .finally(() => {
        this.#running.delete(prediction);
        this.#slotsTaken -= slots;
        if (!this.#isClosed) this.#startWaiting();
      });
  }

  async #runToEnd(prediction: Prediction, signal: AbortSignal): Promise<void> {
    const onProgress = (progress: PredictionProgress): void => {
      prediction.progress = progress;
    };
    try {
      await this.#end(prediction, await this.#dependencies.run(prediction, onProgress, signal));
    } catch (error) {
      if (signal.aborted) return;
      this.#dependencies.onError(error);
      const failure =
        error instanceof RenderInterrupted
          ? { code: 'interrupted', message: 'The machine was lost. Run it again.' }
          : { code: 'failed', message: 'The model could not make the file.' };
      await this.#end(prediction, { status: 'failed', error: failure, files: [], isBilled: false });
    }
  }

  async #end(prediction: Prediction, end: PredictionEnd): Promise<void> {
    if (prediction.end !== null || this.#isClosed) return;
    clearTimeout(this.#deadlines.get(prediction));
    this.#deadlines.delete(prediction);
    await this.#dependencies.onEnded(prediction, end);
  }
}

function takesSlot(prediction: Prediction): boolean {
  const { run } = ruleOf(prediction.order);
  return run !== 'never_start' && run !== 'never_finish';
}
