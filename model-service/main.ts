import { pino } from 'pino';
import { showStartFaults } from '../runtime/show-start-faults.ts';
import { createInstantRenderer } from './instant-renderer.ts';
import { MODEL_SERVICE_LIMITS } from './service-limits.ts';
import { createModelService } from './model-service.ts';
import { createRenderPool } from './render/workers/render-pool.ts';
import { parseSettings } from './service-settings.ts';

/** The local model service as a process of its own: see README.md. */

/** A stop that takes longer is a bug, and the process that started us must not wait for it. */
const STOP_WITHIN_MS = 2_000;

showStartFaults();
const settings = parseSettings(process.env);
const logger = pino({ name: 'model-service' }, pino.destination(2));

const service = await createModelService({
  ...settings,
  clock: Date.now,
  // Prepared files take no time, so no prediction has to wait for its turn.
  maxProcessing: settings.mode === 'instant' ? MODEL_SERVICE_LIMITS.queued : MODEL_SERVICE_LIMITS.processing,
  createRenderer: (files) =>
    settings.mode === 'instant' ? createInstantRenderer(files, settings.instantMs) : createRenderPool(files),
  onError: (error) => {
    logger.error({ err: error }, 'a request or a prediction failed unexpectedly');
  },
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    void service.close().then(() => process.exit(0));
  });
}

process.stdout.write(`${JSON.stringify({ ready: true, url: service.url })}\n`);
