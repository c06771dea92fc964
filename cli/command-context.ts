import os from 'node:os';
import type { CliConfig } from '../runtime/settings/config.ts';
import type { FalBilling } from './input/fal-bill.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';

/** The HTTP API that the commands call, and the platform key they call it with. */
type ApiTarget = { readonly url: string; readonly key: string };

/** The environment of a command line, from its main.ts: its name, and how to reach the API and PostgreSQL. */
export type CommandContext = {
  /** The program's name in help and advice: `holdfast`, or `./holdfast` in a checkout. */
  readonly program: string;
  /** The user at the terminal, for the record of operators. */
  readonly actor: string;
  /** The time, in ms since 1970. */
  readonly now: () => number;
  /** One sentence of advice when the API does not respond. */
  readonly whenApiIsAway: string;
  /** Throws a CommandError that says what to set. */
  readonly api: () => Promise<ApiTarget>;
  /** PostgreSQL, as the worker's role. Throws a CommandError that says what to set. */
  readonly databaseUrl: () => Promise<string>;
  /** fal's billing API. Throws a CommandError that says what to set. */
  readonly falBilling: () => FalBilling;
};

/** The settings of the environment; null: none. Half of them (an address without its key) is a fault. */
export function namedTargets({ apiUrl, platformKey, databaseUrl }: CliConfig): {
  readonly api: ApiTarget | null;
  readonly databaseUrl: string | null;
} {
  if (apiUrl === null && platformKey === null) return { api: null, databaseUrl };
  return { api: wholeApi(apiUrl, platformKey), databaseUrl };
}

/** The context of a command line that reads its environment, as in the image. */
export function environmentContext(config: CliConfig): CommandContext {
  return {
    program: 'holdfast',
    actor: config.actor ?? userName(),
    now: Date.now,
    whenApiIsAway: 'See that it runs and that HOLDFAST_API_URL names it, then send the same again.',
    api: () => Promise.resolve(wholeApi(config.apiUrl, config.platformKey)),
    databaseUrl: () =>
      config.databaseUrl === null
        ? Promise.reject(missing(['DATABASE_URL'], "PostgreSQL, as the worker's role"))
        : Promise.resolve(config.databaseUrl),
    falBilling: () => falBillingOf(config),
  };
}

export function falBillingOf({ falBilling: { url, key } }: CliConfig): FalBilling {
  if (key !== null) return { url, key };
  throw missing(['FAL_BILLING_KEY'], 'a key of fal that may read what is billed');
}

function wholeApi(url: string | null, key: string | null): ApiTarget {
  if (url !== null && key !== null) return { url: url.replace(/\/+$/, ''), key };
  const names = [
    ...(url === null ? ['HOLDFAST_API_URL'] : []),
    ...(key === null ? ['HOLDFAST_PLATFORM_KEY'] : []),
  ];
  throw missing(names, 'the API to call, and a platform key of it (holdfast key create makes one)');
}

function missing(names: readonly string[], what: string): CommandError {
  return new CommandError(`not set: ${names.join(', ')} (${what})`, EXIT_CODE.usage);
}

/** The name of the user at the terminal. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A user id without a name, as in some containers.
    return `uid ${String(process.getuid?.() ?? 'unknown')}`;
  }
}
