import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const ATTEMPT_TIMEOUT_MS = 2_000;
const PAUSE_MS = 40;
const WRONG_PASSWORD = '28P01';

/** Resolves when a query is answered; ends, throwing the last error, when `signal` is aborted. */
export async function untilPostgresIsReady(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await askOnce(url);
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof Error && 'code' in error && error.code === WRONG_PASSWORD) {
        throw new Error('its data was made with other passwords than those in keys.json', { cause: error });
      }
      await sleep(PAUSE_MS);
    }
  }
}

async function askOnce(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: ATTEMPT_TIMEOUT_MS,
    query_timeout: ATTEMPT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}
