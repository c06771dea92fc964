import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../domain/work/workflow-names.ts';
import type { Database } from '../../ledger/database.ts';
import { readBalance } from '../../ledger/reads/read-balance.ts';
import {
  createReadiness,
  databaseReadiness,
  READY_WITHIN_MS,
  type Readiness,
} from '../../runtime/readiness.ts';
import { temporalFaults } from '../../runtime/temporal/temporal-readiness.ts';

/** An id that no account has. */
const NO_ACCOUNT = 'acct_readiness';

/** Whether a job can be submitted now (health-route.ts). */
export function createApiReadiness(deps: {
  readonly database: Database;
  /** Whether its price lists are published: nothing is sold before. */
  readonly isOpen: () => boolean;
  readonly client: Client;
  readonly taskQueue: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Readiness {
  const { database, isOpen, client, taskQueue, now } = deps;
  const expected = {
    namespace: client.options.namespace,
    taskQueue,
    searchAttributes: Object.keys(SEARCH_ATTRIBUTES),
    workerIdentity: null,
  };
  return createReadiness(
    [
      () => Promise.resolve(isOpen() ? [] : ['The price lists are not published yet.']),
      databaseReadiness(() => readBalance(database, NO_ACCOUNT)),
      () => temporalFaults(client, expected, READY_WITHIN_MS),
    ],
    now,
  );
}
