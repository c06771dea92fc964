import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../domain/workflow-names.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalance } from '../../ledger/reads/read-balance.ts';
import {
  createReadiness,
  databaseReadiness,
  READY_WITHIN_MS,
  type Readiness,
} from '../../runtime/readiness.ts';
import { temporalFaults } from '../../runtime/temporal-readiness.ts';

/** No account has this id. */
const NO_ACCOUNT = 'acct_readiness';

/** Whether a job could be submitted now (health-route.ts). */
export function createApiReadiness(deps: {
  readonly database: Database;
  readonly client: Client;
  readonly taskQueue: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Readiness {
  const { database, client, taskQueue, now } = deps;
  const expected = {
    namespace: client.options.namespace,
    taskQueue,
    searchAttributes: Object.keys(SEARCH_ATTRIBUTES),
    workerIdentity: null,
  };
  return createReadiness(
    [
      databaseReadiness(() => readBalance(database, NO_ACCOUNT)),
      () => temporalFaults(client, expected, READY_WITHIN_MS),
    ],
    now,
  );
}
