import os from 'node:os';
import path from 'node:path';

/** What the command line and the embedded stack take from the environment (the processes: see runtime/config.ts). */
export type DevConfig = {
  /** HOLDFAST_HOME: everything the stack keeps. */
  readonly home: string;
  /** TEMPORAL_ADDRESS: somebody's server, used instead of an embedded one. */
  readonly temporalAddress: string | null;
  /** TEMPORAL_UI_URL of that server. */
  readonly temporalUiUrl: string | null;
  /** DATABASE_OWNER_URL: somebody's PostgreSQL, used instead of an embedded one. */
  readonly databaseOwnerUrl: string | null;
  /** DATABASE_URL: lets `holdfast reconcile` look at a database without a stack beside it. */
  readonly databaseUrl: string | null;
  /** HOLDFAST_API_URL and HOLDFAST_PLATFORM_KEY: let an operator's commands speak to an API without a stack beside it. */
  readonly apiUrl: string | null;
  readonly platformKey: string | null;
  /** Outside the checkout, so that every clone on a machine shares one build of the Temporal server. */
  readonly cacheHome: string;
};

const CHECKOUT = path.join(import.meta.dirname, '..');

/** Empty values count as unset, as in runtime/config.ts. */
export function readDevConfig(env: Readonly<Record<string, string | undefined>> = process.env): DevConfig {
  const read = (name: string): string | null => (env[name] === '' ? null : (env[name] ?? null));
  return {
    home: path.resolve(read('HOLDFAST_HOME') ?? path.join(CHECKOUT, '.holdfast')),
    temporalAddress: read('TEMPORAL_ADDRESS'),
    temporalUiUrl: read('TEMPORAL_UI_URL'),
    databaseOwnerUrl: read('DATABASE_OWNER_URL'),
    databaseUrl: read('DATABASE_URL'),
    apiUrl: read('HOLDFAST_API_URL'),
    platformKey: read('HOLDFAST_PLATFORM_KEY'),
    cacheHome: path.join(read('XDG_CACHE_HOME') ?? path.join(os.homedir(), '.cache'), 'holdfast'),
  };
}
