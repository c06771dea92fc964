import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { readCliConfig, type CliConfig } from '../runtime/settings/config.ts';
import { PROVIDER_WEBHOOK_SETTINGS } from '../runtime/settings/provider-webhooks-config.ts';
import { MODEL_SERVICE_KEYS, MODEL_SERVICE_SETTINGS } from '../runtime/settings/model-services-config.ts';

/** The settings of the command line and the embedded stack (those of the processes: runtime/settings/config.ts). */
export type DevConfig = {
  /** HOLDFAST_HOME: everything the stack keeps. */
  readonly home: string;
  /** TEMPORAL_ADDRESS: a server that runs already, used instead of an embedded one. */
  readonly temporalAddress: string | null;
  /** TEMPORAL_UI_URL of that server. */
  readonly temporalUiUrl: string | null;
  /** DATABASE_OWNER_URL: a PostgreSQL that runs already, used instead of an embedded one. */
  readonly databaseOwnerUrl: string | null;
  /** NODE_ENV is production: the sandbox is not opened. */
  readonly isProduction: boolean;
  /** Whether there is a desktop to open a page on. */
  readonly hasDesktop: boolean;
  /** HOLDFAST_CATALOGUE: what the embedded stack offers; null: the shipped catalogue. */
  readonly cataloguePath: string | null;
  /** Model services beside the embedded one (GPU_SERVICE_URL and the like), as settings of API and workers. The keys are the workers'. */
  readonly apiEnv: Readonly<Record<string, string>>;
  readonly workerEnv: Readonly<Record<string, string>>;
  /** The addresses for the operators' commands; null: those of the running stack. */
  readonly commands: CliConfig;
  /** Outside the checkout, so that every clone on a machine shares one build of the Temporal server. */
  readonly cacheHome: string;
};

/** The settings of the tests that play films in a browser. */
export type BrowserConfig = {
  /** HOLDFAST_CHROMIUM: the browser's program. */
  readonly program: string | null;
  /** HOLDFAST_REQUIRE_BROWSER: a machine without a browser fails these tests; else it skips them. */
  readonly isRequired: boolean;
  /** PATH, on which a browser is looked for otherwise. */
  readonly searchPath: readonly string[];
};

/** What the test that runs docker-compose.yml as processes takes from the environment. */
type ComposeTestConfig = {
  /** HOLDFAST_REQUIRE_COMPOSE: a machine on which that cannot be done fails the test; else it skips it. */
  readonly isRequired: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

const CHECKOUT = path.join(import.meta.dirname, '..');

/** Empty values count as unset, as in runtime/settings/config.ts. Throws ConfigurationError. */
export function readDevConfig(env: Environment = process.env): DevConfig {
  const read = readerOf(env);
  const catalogue = read('HOLDFAST_CATALOGUE');
  return {
    home: path.resolve(read('HOLDFAST_HOME') ?? path.join(CHECKOUT, '.holdfast')),
    temporalAddress: read('TEMPORAL_ADDRESS'),
    temporalUiUrl: read('TEMPORAL_UI_URL'),
    databaseOwnerUrl: read('DATABASE_OWNER_URL'),
    isProduction: read('NODE_ENV') === 'production',
    hasDesktop:
      ['darwin', 'win32'].includes(process.platform) ||
      read('DISPLAY') !== null ||
      read('WAYLAND_DISPLAY') !== null,
    cataloguePath: catalogue === null ? null : path.resolve(catalogue),
    ...modelServicesOf(read),
    commands: readCliConfig(env),
    cacheHome: path.join(read('XDG_CACHE_HOME') ?? path.join(os.homedir(), '.cache'), 'holdfast'),
  };
}

export function readBrowserConfig(env: Environment = process.env): BrowserConfig {
  const read = readerOf(env);
  return {
    program: read('HOLDFAST_CHROMIUM'),
    isRequired: read('HOLDFAST_REQUIRE_BROWSER') === 'true',
    searchPath: (read('PATH') ?? '').split(path.delimiter).filter((folder) => folder !== ''),
  };
}

export function readComposeTestConfig(env: Environment = process.env): ComposeTestConfig {
  return { isRequired: readerOf(env)('HOLDFAST_REQUIRE_COMPOSE') === 'true' };
}

/** A key without its service's address belongs to another program of this machine. */
function modelServicesOf(read: (name: string) => string | null): Pick<DevConfig, 'apiEnv' | 'workerEnv'> {
  const services = MODEL_SERVICE_SETTINGS.map((url, index) => ({
    url,
    key: MODEL_SERVICE_KEYS[index] ?? '',
  }));
  const others = services.filter(({ url }) => url !== 'MODEL_SERVICE_URL' && read(url) !== null);
  const pick = (names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = read(name);
        return value === null ? [] : [[name, value] as const];
      }),
    );
  const urls = others.map(({ url }) => url);
  return {
    apiEnv: { ...drawnSecrets(urls), ...pick([...urls, ...PROVIDER_WEBHOOK_SETTINGS.filter(isOfService)]) },
    workerEnv: pick([...urls, ...others.flatMap(({ key }) => [key, `${key}_FILE`])]),
  };
}

const isOfService = (name: string) => name !== 'PROVIDER_WEBHOOK_URL' && !name.startsWith('MODEL_SERVICE_');

/** A service without a secret is not believed, and polled; the API needs one all the same. */
function drawnSecrets(urls: readonly string[]): Readonly<Record<string, string>> {
  const names = ['GPU_SERVICE', 'REPLICATE'].filter((name) => urls.includes(`${name}_URL`));
  const drawn = () => `whsec_${randomBytes(24).toString('base64')}`;
  return Object.fromEntries(names.map((name) => [`${name}_WEBHOOK_SECRET`, drawn()]));
}

function readerOf(env: Environment): (name: string) => string | null {
  return (name) => (env[name] === '' ? null : (env[name] ?? null));
}
