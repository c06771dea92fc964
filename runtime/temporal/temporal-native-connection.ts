import { NativeConnection } from '@temporalio/worker';
import type { TemporalConfig } from '../settings/config.ts';
import { readTemporalTls } from './temporal-tls.ts';

/** A worker that cannot reach Temporal for this long ends, and its supervisor restarts it. */
const CONNECT_LIMIT_MS = 10_000;

/**
 * A worker's connection. Apart from temporal-connection.ts, since it loads the SDK's native core, which an API does not
 * need. Throws when the server does not respond within 10 s.
 */
export async function connectTemporalNatively(config: TemporalConfig): Promise<NativeConnection> {
  const connecting = NativeConnection.connect({
    address: config.address,
    tls: await readTemporalTls(config),
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey }),
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Temporal at ${config.address} did not answer within ${String(CONNECT_LIMIT_MS)} ms`));
    }, CONNECT_LIMIT_MS);
  });
  try {
    return await Promise.race([connecting, limit]);
  } finally {
    clearTimeout(timer);
  }
}
