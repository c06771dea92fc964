import { Worker } from 'node:worker_threads';
import type { PredictionProgress } from '../../predictions/prediction.ts';
import { RenderInterrupted } from '../../renderer.ts';
import type { RenderAnswer, RenderRequest } from './render-message.ts';

/** JavaScript, because a worker thread cannot load TypeScript before this file has run. */
const ENTRY = new URL('./start-render-worker.mjs', import.meta.url);

/** A thread that made films holds up to half a gigabyte. It ends when it had no job for this long. */
const IDLE_MS = 10_000;

type Rendered = { readonly contentType: string; readonly content: Uint8Array };

type Job = {
  readonly request: RenderRequest;
  readonly onProgress: (progress: PredictionProgress) => void;
  readonly signal: AbortSignal;
  readonly resolve: (rendered: Rendered) => void;
  readonly reject: (error: Error) => void;
};

/**
 * One worker thread and the jobs that wait for it. The thread is started with the first job. It is terminated when its
 * current job is canceled: encoding cannot be interrupted in any other way.
 */
export class RenderLane {
  readonly #waiting = new Set<Job>();
  #worker: Worker | null = null;
  #current: Job | null = null;
  #idle: NodeJS.Timeout | undefined;

  /** The number of jobs under way and waiting. */
  get jobs(): number {
    return this.#waiting.size + (this.#current === null ? 0 : 1);
  }

  /** Resolves with the file. Rejects when rendering failed or the signal was aborted. */
  render(
    request: RenderRequest,
    onProgress: (progress: PredictionProgress) => void,
    signal: AbortSignal,
  ): Promise<Rendered> {
    return new Promise((resolve, reject) => {
      const job: Job = { request, onProgress, signal, resolve, reject };
      signal.addEventListener(
        'abort',
        () => {
          this.#abort(job);
        },
        { once: true },
      );
      if (signal.aborted) reject(new Error('cancelled'));
      else this.#waiting.add(job);
      this.#startNext();
    });
  }

  async close(): Promise<void> {
    this.#waiting.clear();
    await this.#stopWorker();
  }

  #startNext(): void {
    if (this.#current !== null) return;
    const [job] = this.#waiting;
    clearTimeout(this.#idle);
    if (job === undefined) {
      this.#idle = setTimeout(() => void this.#stopWorker(), IDLE_MS).unref();
      return;
    }
    this.#waiting.delete(job);
    this.#current = job;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(job.request);
  }

  #startWorker(): Worker {
    const worker = new Worker(ENTRY, { execArgv: [] });
    worker.on('message', (answer: RenderAnswer) => {
      if (this.#worker === worker) this.#take(answer);
    });
    const lose = (error: Error): void => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#finish((job) => {
        job.reject(error);
      });
    };
    worker.on('error', lose);
    // The encoder ends its thread when it runs out of memory.
    worker.on('exit', (code) => {
      lose(new RenderInterrupted(`the render thread ended with code ${String(code)}`));
    });
    return worker;
  }

  #take(answer: RenderAnswer): void {
    if (answer.type === 'progress') {
      this.#current?.onProgress({ stage: answer.stage, fraction: answer.fraction });
      return;
    }
    this.#finish((job) => {
      if (answer.type === 'done') job.resolve(answer);
      else job.reject(new Error(answer.message));
    });
  }

  #finish(settle: (job: Job) => void): void {
    const job = this.#current;
    this.#current = null;
    if (job !== null) settle(job);
    this.#startNext();
  }

  #abort(job: Job): void {
    job.reject(new Error('cancelled'));
    this.#waiting.delete(job);
    if (this.#current !== job) return;
    this.#current = null;
    void this.#stopWorker();
    this.#startNext();
  }

  async #stopWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    clearTimeout(this.#idle);
    await worker?.terminate();
  }
}
