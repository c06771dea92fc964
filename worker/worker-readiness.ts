import type { Client } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../domain/work/workflow-names.ts';
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
import { temporalFaults } from '../runtime/temporal/temporal-readiness.ts';

/** A running worker, and its dependencies. */
type RunningWorker = { readonly client: Client; readonly worker: Worker; readonly taskQueue: string };

type WorkerReadiness = {
  readonly ask: Readiness;
  /** Marks it as running: before, it is not ready, and says what its start waits for. */
  readonly runs: (running: RunningWorker) => void;
};

/** Whether this worker takes work: it polls, PostgreSQL lets its role read, and results can be stored. */
export function createWorkerReadiness({
  database,
  assets,
}: {
  readonly database: Database;
  readonly assets: Pick<AssetStore, 'check'>;
}): WorkerReadiness {
  let running: RunningWorker | undefined;
  const checkRunning = async (): Promise<readonly string[]> => {
    if (running === undefined) return ['This worker has not started yet.'];
    const { client, worker, taskQueue } = running;
    const state = worker.getState();
    const expected = {
      namespace: client.options.namespace,
      taskQueue,
      searchAttributes: Object.keys(SEARCH_ATTRIBUTES),
      workerIdentity: worker.options.identity,
    };
    return [
      ...(state === 'RUNNING' ? [] : [`This worker is ${state}.`]),
      ...(await temporalFaults(client, expected, READY_WITHIN_MS)),
    ];
  };
  return {
    ask: createReadiness(
      [
        checkRunning,
        databaseReadiness(() => readOpenReservations(database, { after: null, limit: 1, minAgeSeconds: 0 })),
        assetStoreReadiness(() => assets.check('read'), Date.now),
      ],
      Date.now,
    ),
    runs: (worker) => {
      running = worker;
    },
  };
}
