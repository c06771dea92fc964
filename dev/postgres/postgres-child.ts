import path from 'node:path';
import { LOCAL_HOST } from '../free-ports.ts';
import type { ChildSpec } from '../supervisor/child-spec.ts';
import { prepareDataParent, removeStaleServerLock } from './data-folder.ts';
import { initialiseCluster, SUPERUSER } from './initialise-cluster.ts';
import { findServerBinaries } from './server-binaries.ts';
import { findServerUser } from './server-user.ts';
import { untilPostgresIsReady } from './until-postgres-is-ready.ts';

/** Recovery after a crash with 2 GB of write-ahead log on a slow disk. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** fsync stays on: what the demo and the tests show about crashes must be true. */
const SERVER_SETTINGS = {
  listen_addresses: LOCAL_HOST,
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
} as const;

type PostgresOptions = {
  readonly home: string;
  readonly port: number;
  readonly superuserPassword: string;
  /** Aborted: the server is no longer wanted. */
  readonly signal?: AbortSignal;
};

/** An embedded PostgreSQL 18 with its data under `home`, created at the first start. */
export async function postgresChild(options: PostgresOptions): Promise<ChildSpec> {
  const user = await findServerUser();
  const binaries = await findServerBinaries(user);
  const dataFolder = path.join(await prepareDataParent(options.home, user), 'data');
  const { superuserPassword: password, signal } = options;
  await initialiseCluster({ ...binaries, dataFolder, user, password, signal });
  const settings = Object.entries({ ...SERVER_SETTINGS, port: String(options.port) });
  return {
    name: 'postgres',
    command: async () => {
      await removeStaleServerLock(dataFolder);
      return {
        file: binaries.postgres,
        args: ['-D', dataFolder, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        env: { LC_ALL: 'C', TZ: 'UTC' },
        cwd: path.dirname(dataFolder),
        ...(user === null ? {} : { user }),
      };
    },
    untilReady: (child) =>
      untilPostgresIsReady(superuserUrl({ ...options, database: 'postgres' }), child.ended),
    readyTimeoutMs: READY_TIMEOUT_MS,
    // "Fast" shutdown: sessions are ended, not waited for.
    stopSignal: 'SIGINT',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    endsWithItsStdin: false,
  };
}

export function superuserUrl(options: {
  readonly port: number;
  readonly superuserPassword: string;
  readonly database: string;
}): string {
  return postgresUrl(SUPERUSER, options.superuserPassword, options.port, options.database);
}

/** The URL of a role of an embedded server. */
export function postgresUrl(role: string, password: string, port: number, database: string): string {
  return `postgresql://${role}:${encodeURIComponent(password)}@${LOCAL_HOST}:${String(port)}/${database}`;
}
