import type { DevConfig } from './dev-config.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';
import { readRunningStack } from './stack/stack-info.ts';

/** The database that DATABASE_URL names, or else the running stack's, as the worker's role. Exit code 3 when there is neither. */
export async function databaseUrlOf(config: DevConfig): Promise<string> {
  const url = config.databaseUrl ?? (await readRunningStack(config.home))?.database_url;
  if (url !== undefined) return url;
  throw new CommandError(
    `no stack is running in ${config.home}; start one with npm start, or set DATABASE_URL`,
    EXIT_CODE.notRunning,
  );
}
