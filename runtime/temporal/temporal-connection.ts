import { Connection } from '@temporalio/client';
import type { TemporalConfig } from '../settings/config.ts';
import { retryUntilClosed } from '../retry-until-closed.ts';
import { CONNECT_LIMIT_MS, temporalStartFault } from './temporal-start-fault.ts';
import { readTemporalTls } from './temporal-tls.ts';

/** gRPC's back-off grows to two minutes; a server that is back should be noticed within seconds. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 };

/**
 * A client connection, connected before it is returned. Its calls have no deadline: use `connection.withDeadline`.
 * Throws StartFault when the server does not respond within 10 s.
 */
export async function connectTemporal(config: TemporalConfig): Promise<Connection> {
  const options = await connectionOptionsOf(config);
  try {
    return await Connection.connect(options);
  } catch (error) {
    throw temporalStartFault(error, config);
  }
}

/** Connects at the first call, for a process that must start while Temporal is away. */
export async function lazilyConnectTemporal(config: TemporalConfig): Promise<Connection> {
  return Connection.lazy(await connectionOptionsOf(config));
}

async function connectionOptionsOf(config: TemporalConfig) {
  return {
    address: config.address,
    tls: await readTemporalTls(config),
    connectTimeout: CONNECT_LIMIT_MS,
    channelArgs: RECONNECT,
    interceptors: [retryUntilClosed],
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey }),
  };
}
