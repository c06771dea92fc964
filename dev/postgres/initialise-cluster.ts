import { chown, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProgram } from '../run-program.ts';
import type { ServerUser } from './server-user.ts';

const INITDB_TIMEOUT_MS = 120_000;

/** The superuser of an embedded cluster: it owns the schema, for migrations and the command line only. */
export const SUPERUSER = 'postgres';

/**
 * Creates a cluster unless there is one: under another name, renamed when whole, so that a crash leaves nothing that
 * looks finished. The locale is PostgreSQL's own, the same on every machine.
 */
export async function initialiseCluster(options: {
  readonly initdb: string;
  readonly dataFolder: string;
  readonly user: ServerUser | null;
  readonly password: string;
  /** Aborted: the cluster is no longer wanted. */
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { dataFolder, user } = options;
  if ((await stat(path.join(dataFolder, 'PG_VERSION')).catch(() => null)) !== null) return;
  const building = `${dataFolder}.new`;
  const passwordFile = `${dataFolder}.password`;
  await rm(building, { recursive: true, force: true });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  if (user !== null) await chown(passwordFile, user.uid, user.gid);
  try {
    await runProgram(
      options.initdb,
      [
        `--pgdata=${building}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      {
        user,
        cwd: path.dirname(dataFolder),
        env: { LC_ALL: 'C', TZ: 'UTC' },
        timeoutMs: INITDB_TIMEOUT_MS,
        signal: options.signal,
      },
    );
    await rename(building, dataFolder);
  } finally {
    await rm(passwordFile, { force: true });
  }
}
