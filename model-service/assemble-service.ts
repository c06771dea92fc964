import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../domain/message-of.ts';
import { StartFault } from '../domain/start-fault.ts';
import { HeldFiles } from './files/held-files.ts';
import { MODEL_SERVICE_LIMITS } from './service-limits.ts';
import { ruleOf, type Prediction, type PredictionEnd } from './predictions/prediction.ts';
import { PredictionScheduler } from './predictions/prediction-scheduler.ts';
import { PredictionStore } from './predictions/prediction-store.ts';
import { viewPrediction } from './predictions/prediction-view.ts';
import { ResultFiles } from './files/result-files.ts';
import { ResultLinks } from './files/result-links.ts';
import { runPrediction } from './predictions/run-prediction.ts';
import type { Renderer } from './renderer.ts';
import type { ServiceState } from './service-state.ts';
import { WebhookSender } from './predictions/webhook-sender.ts';

export type ServiceDependencies = {
  /** Folder of the journal and the rendered files; created when missing. */
  readonly home: string;
  readonly linkSeconds: number;
  /** The bearer token that callers have to send; null: none. */
  readonly apiKey: string | null;
  /** The secret that signs webhooks (`whsec_…`); null: they are not signed. */
  readonly webhookSecret: string | null;
  /** Jobs in status `processing` at once. */
  readonly maxProcessing: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly createRenderer: (files: ResultFiles) => Renderer;
  readonly onError: (error: unknown) => void;
};

type AssembledService = {
  readonly state: ServiceState;
  /** Resumes what an earlier process left unfinished. `origin`: the beginning of links in webhooks. */
  resume(origin: string): void;
  close(): Promise<void>;
};

/** Assembles the service without its HTTP server. Throws StartFault when the folder is unusable. */
export function assembleService(dependencies: ServiceDependencies): AssembledService {
  const { home, clock, onError, maxProcessing, linkSeconds } = dependencies;
  makeFolder(home);
  const files = new ResultFiles(join(home, 'files'));
  const held = new HeldFiles(join(home, 'held'));
  const renderer = dependencies.createRenderer(files);
  const webhooks = new WebhookSender(dependencies.webhookSecret);
  const links = new ResultLinks(randomBytes(32));
  const store = new PredictionStore(join(home, 'predictions.jsonl'), (forgotten) => {
    files.remove(forgotten.end?.files ?? []);
  });
  let ownOrigin = '';

  const scheduler = new PredictionScheduler({
    run: (prediction, onProgress, signal) =>
      runPrediction(prediction, { renderer, files, held }, onProgress, signal),
    onEnded: recordEnd,
    onError,
    maxProcessing,
  });

  async function recordEnd(prediction: Prediction, end: PredictionEnd): Promise<void> {
    await store.end(prediction, end);
    makeRoomForFiles(store, files);
    const { webhook } = prediction.order;
    // A prediction that no look-up finds sends no webhook either.
    if (webhook !== null && ruleOf(prediction.order).canLookUp)
      webhooks.send(webhook, view(prediction, ownOrigin));
  }

  function view(prediction: Prediction, origin: string): Record<string, unknown> {
    const queuePosition = scheduler.queuePositionOf(prediction);
    return viewPrediction(prediction, { links, linkSeconds, nowMs: clock(), origin, queuePosition });
  }

  function leftMsOf({ order }: Prediction): number | null {
    return order.deadlineSeconds === null
      ? null
      : order.createdAtMs + order.deadlineSeconds * 1_000 - clock();
  }

  const newId = (): string => `pred_${randomUUID().replaceAll('-', '')}`;
  return {
    state: { store, scheduler, files, held, links, faults: new Map(), clock, newId, leftMsOf, view },
    resume(origin) {
      ownOrigin = origin;
      for (const prediction of store.unended()) scheduler.enqueue(prediction, leftMsOf(prediction));
    },
    async close() {
      scheduler.close();
      webhooks.close();
      await Promise.all([renderer.close(), store.close()]);
    },
  };
}

function makeFolder(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
  } catch (error) {
    throw new StartFault(`The folder cannot be made: ${messageOf(error)}. MODEL_SERVICE_HOME names it.`);
  }
}

/** Forgets the oldest ended predictions until the files are within their limit again. */
function makeRoomForFiles(store: PredictionStore, files: ResultFiles): void {
  while (files.bytesOnDisk > MODEL_SERVICE_LIMITS.fileBytes && store.forgetOldestEnded());
}
