import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { PredictionProgress } from '../prediction.ts';
import type { RenderAnswer, RenderRequest } from './render-message.ts';

/** Resolved from this file: `--import tsx` by name would be looked for from wherever the process was started. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

const ENTRY = new URL('./render-worker.ts', import.meta.url);

export type Rendered = { readonly contentType: string; readonly content: Uint8Array };

type Job = {
  readonly request: RenderRequest;
  readonly onProgress: (progress: PredictionProgress) => void;
  readonly signal: AbortSignal;
  readonly resolve: (rendered: Rendered) => void;
  readonly reject: (error: Error) => void;
};

/**
 * One worker thread and the jobs waiting for it. The thread is started with the first job, and thrown away when the
 * job it works on is cancelled: encoding cannot be interrupted in any other way.
 */
export class RenderLane {
  readonly #waiting = new Set<Job>();
  #worker: Worker | null = null;
  #current: Job | null = null;

  /** Rejects when rendering failed, or the signal was aborted. */
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
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #startNext(): void {
    if (this.#current !== null) return;
    const [job] = this.#waiting;
    if (job === undefined) return;
    this.#waiting.delete(job);
    this.#current = job;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(job.request);
  }

  #startWorker(): Worker {
    const worker = new Worker(ENTRY, { execArgv: ['--import', TSX] });
    worker.on('message', (answer: RenderAnswer) => {
      if (this.#worker === worker) this.#take(answer);
    });
    worker.on('error', (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#finish((job) => {
        job.reject(error);
      });
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
    void this.#worker?.terminate();
    this.#worker = null;
    this.#current = null;
    this.#startNext();
  }
}
