import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../domain/workflow-names.ts';
import type { AssetStore } from '../assets/asset-store.ts';
import type { Database } from '../ledger/database.ts';
import { readOpenReservations } from '../ledger/reads/read-open-reservations.ts';
import {
  assetStoreReadiness,
  createReadiness,
  databaseReadiness,
  READY_WITHIN_MS,
  type Readiness,
} from '../runtime/readiness.ts';
import { temporalFaults } from '../runtime/temporal-readiness.ts';

/** Whether this worker takes work now: it runs and polls, PostgreSQL lets its role read, and results can be stored. */
export function createWorkerReadiness(deps: {
  readonly database: Database;
  readonly assets: Pick<AssetStore, 'check'>;
  readonly client: Client;
  readonly worker: Worker;
  readonly taskQueue: string;
}): Readiness {
  const { database, assets, client, worker, taskQueue } = deps;
  const expected = {
    namespace: client.options.namespace,
    taskQueue,
    searchAttributes: Object.keys(SEARCH_ATTRIBUTES),
    workerIdentity: worker.options.identity,
  };
  return createReadiness(
    [
      () => Promise.resolve(worker.getState() === 'RUNNING' ? [] : [`This worker is ${worker.getState()}.`]),
      databaseReadiness(() => readOpenReservations(database, { after: null, limit: 1, minAgeSeconds: 0 })),
      assetStoreReadiness(() => assets.check('read'), Date.now),
      () => temporalFaults(client, expected, READY_WITHIN_MS),
    ],
    Date.now,
  );
}
