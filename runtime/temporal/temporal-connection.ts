import { Connection } from '@temporalio/client';
import type { TemporalConfig } from '../settings/config.ts';
import { retryUntilClosed } from '../retry-until-closed.ts';
import { readTemporalTls } from './temporal-tls.ts';

/** Long enough for a server that is just coming up, short enough that a wrong address is told at once. */
const CONNECT_TIMEOUT = '10 seconds';

/** gRPC's own back-off grows to two minutes; a server that came back is to be noticed within seconds. */
const RECONNECT = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 };

/**
 * A connection for clients, connected before it is returned. Calls on it have no deadline of their own: use
 * `connection.withDeadline`. Throws when the server does not answer within 10 s.
 */
export async function connectTemporal(config: TemporalConfig): Promise<Connection> {
  return Connection.connect(await connectionOptionsOf(config));
}

/** The same, but connecting at the first call: a process that serves others must start while Temporal is away. */
export async function lazilyConnectTemporal(config: TemporalConfig): Promise<Connection> {
  return Connection.lazy(await connectionOptionsOf(config));
}

async function connectionOptionsOf(config: TemporalConfig) {
  return {
    address: config.address,
    tls: await readTemporalTls(config),
    connectTimeout: CONNECT_TIMEOUT,
    channelArgs: RECONNECT,
    interceptors: [retryUntilClosed],
    ...(config.apiKey === null ? {} : { apiKey: config.apiKey }),
  };
}
