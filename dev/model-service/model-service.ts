import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { answerError, type Exchange } from './http-exchange.ts';
import { MODEL_SERVICE_LIMITS } from './limits.ts';
import type { Prediction, PredictionEnd } from './prediction.ts';
import { PredictionScheduler } from './prediction-scheduler.ts';
import { PredictionStore } from './prediction-store.ts';
import { viewPrediction } from './prediction-view.ts';
import type { Renderer } from './renderer.ts';
import { ResultFiles } from './result-files.ts';
import { ResultLinks } from './result-links.ts';
import { routeRequest } from './route-request.ts';
import { runPrediction } from './run-prediction.ts';
import type { ServiceState } from './service-state.ts';
import { WebhookSender } from './webhook-sender.ts';

export type ModelServiceDependencies = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Folder of the journal and the rendered files; made when missing. */
  readonly home: string;
  readonly linkSeconds: number;
  /** Jobs in status `processing` at once. */
  readonly maxProcessing: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly createRenderer: (files: ResultFiles) => Renderer;
  readonly onError: (error: unknown) => void;
};

export type ModelService = {
  readonly url: string;
  /** Stops listening, and the work with it; unfinished predictions are taken up by the next start. */
  close(): Promise<void>;
};

/** Starts the service where Replicate or fal would stand. Rejects when the port is taken or the folder unusable. */
export async function createModelService(dependencies: ModelServiceDependencies): Promise<ModelService> {
  const { home, clock, onError } = dependencies;
  mkdirSync(home, { recursive: true });
  const files = new ResultFiles(join(home, 'files'));
  const renderer = dependencies.createRenderer(files);
  const webhooks = new WebhookSender();
  const store = new PredictionStore(join(home, 'predictions.jsonl'), (forgotten) => {
    files.remove(forgotten.end?.files ?? []);
  });
  const scheduler: PredictionScheduler = new PredictionScheduler({
    run: (prediction, onProgress, signal) =>
      runPrediction(prediction, { renderer, files }, onProgress, signal),
    onEnded: async (prediction, end) => {
      await recordEnd(prediction, end);
    },
    onError,
    maxProcessing: dependencies.maxProcessing,
  });
  const state = createState();

  async function recordEnd(prediction: Prediction, end: PredictionEnd): Promise<void> {
    await store.end(prediction, end);
    makeRoomForFiles(store, files);
    const { webhook } = prediction.order;
    if (webhook !== null) webhooks.send(webhook, state.view(prediction, url));
  }

  function createState(): ServiceState {
    const links = new ResultLinks(randomBytes(32));
    return {
      store,
      scheduler,
      files,
      links,
      clock,
      newId: () => `pred_${randomUUID().replaceAll('-', '')}`,
      leftMsOf: ({ order }) =>
        order.deadlineSeconds === null ? null : order.createdAtMs + order.deadlineSeconds * 1_000 - clock(),
      view: (prediction, origin) =>
        viewPrediction(prediction, {
          links,
          linkSeconds: dependencies.linkSeconds,
          nowMs: clock(),
          origin,
          queuePosition: scheduler.queuePositionOf(prediction),
        }),
    };
  }

  const server = createServer((request, response) => {
    const exchange: Exchange = {
      request,
      response,
      url: new URL(request.url ?? '/', originOf(request.headers.host)),
    };
    routeRequest(exchange, state).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) answerError(exchange, 500, 'internal', 'Something broke.');
    });
  });
  const url = await listen(server, dependencies.host, dependencies.port);
  for (const prediction of [...store.all()]) {
    if (prediction.end === null) scheduler.enqueue(prediction, state.leftMsOf(prediction));
  }

  return {
    url,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      scheduler.close();
      webhooks.close();
      await Promise.all([closed, renderer.close(), store.close()]);
    },
  };
}

/** Forgets the oldest ended predictions until their files fit the disk again. */
function makeRoomForFiles(store: PredictionStore, files: ResultFiles): void {
  if (files.bytesOnDisk <= MODEL_SERVICE_LIMITS.fileBytes) return;
  for (const prediction of [...store.all()]) {
    if (files.bytesOnDisk <= MODEL_SERVICE_LIMITS.fileBytes) return;
    if (prediction.end !== null && prediction.end.files.length > 0) store.forget(prediction);
  }
}

function originOf(host: string | undefined): string {
  return `http://${host ?? '127.0.0.1'}`;
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve(`http://${host}:${String(taken)}`);
    });
  });
}
