import { createApiFixture, type ApiFixture } from './api-fixture.ts';
import { startWorker } from './in-process-worker.ts';

export type ApiWithWorker = ApiFixture & {
  /** Where the model service keeps its files. */
  readonly modelHome: string;
};

/** The API with a worker behind it: a job that is submitted runs. `close` stops both, and holds the ledger's checks in between. */
export async function createApiWithWorker(
  taskQueue: string,
  options: { readonly opensLocalAddresses?: boolean } = {},
): Promise<ApiWithWorker> {
  const api = await createApiFixture({ taskQueue });
  const worker = await startWorker({ taskQueue, pool: api.worker, assetHome: api.home, ...options });
  return {
    ...api,
    modelHome: worker.modelHome,
    close: async () => {
      await worker.stop();
      await api.expectReconciled();
      await api.close();
    },
  };
}
