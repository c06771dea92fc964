import { NativeConnection } from '@temporalio/worker';
import type { TemporalConfig } from '../settings/config.ts';
import { CONNECT_LIMIT_MS, temporalStartFault } from './temporal-start-fault.ts';
import { readTemporalTls } from './temporal-tls.ts';

/**
 * A worker's connection. Apart from temporal-connection.ts, since it loads the SDK's native core, which an API does not
 * need. Throws StartFault when the server does not respond within 10 s.
 */
export async function connectTemporalNatively(config: TemporalConfig): Promise<NativeConnection> {
  const tls = await readTemporalTls(config);
  const connecting = NativeConnection.connect({
    address: config.address,
    tls,
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey }),
  });
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the native connection was not made in time'));
    }, CONNECT_LIMIT_MS);
  });
  try {
    return await Promise.race([connecting, limit]);
  } catch (error) {
    throw temporalStartFault(error, config);
  } finally {
    clearTimeout(timer);
  }
}
