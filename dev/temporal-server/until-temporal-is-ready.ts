import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const ATTEMPT_TIMEOUT_MS = 2_000;
const PAUSE_MS = 100;

/** Resolves when the frontend serves the namespace; ends, throwing the last error, when `signal` is aborted. */
export async function untilTemporalIsReady(
  address: string,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await askOnce(address, namespace);
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function askOnce(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: ATTEMPT_TIMEOUT_MS });
  try {
    await connection.withDeadline(Date.now() + ATTEMPT_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}
