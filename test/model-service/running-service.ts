import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInstantRenderer } from '../../model-service/instant-renderer.ts';
import { MODEL_SERVICE_LIMITS } from '../../model-service/service-limits.ts';
import { createModelService, type ModelServiceDependencies } from '../../model-service/model-service.ts';

export type RunningService = {
  readonly url: string;
  readonly home: string;
  /** Stops it; the folder stays, so that it can be started again on it. */
  stop(): Promise<void>;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
};

/** The model service in this process, over real HTTP on a free port, in instant mode unless told otherwise. */
export async function startService(options: Partial<ModelServiceDependencies> = {}): Promise<RunningService> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'holdfast-model-service-'));
  const service = await createModelService({
    host: '127.0.0.1',
    port: 0,
    home,
    linkSeconds: 600,
    apiKey: null,
    webhookSecret: null,
    maxProcessing: MODEL_SERVICE_LIMITS.queued,
    clock: Date.now,
    createRenderer: (files) => createInstantRenderer(files, 0),
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  return {
    url: service.url,
    home,
    stop: () => service.close(),
    async dispose() {
      await service.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
