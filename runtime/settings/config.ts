import { CONSOLE_SETTINGS, consoleConfigOf, type ConsoleConfig } from './console-config.ts';
import { ASSET_SETTINGS, assetStoreConfigOf, type AssetStoreConfig } from './asset-store-config.ts';
import {
  MODEL_SERVICE_KEYS,
  MODEL_SERVICE_SETTINGS,
  modelServiceKeysOf,
  modelServicesOf,
  type ModelServiceKeys,
  type ModelServiceUrls,
} from './model-services-config.ts';
import {
  PROVIDER_WEBHOOK_SETTINGS,
  providerWebhooksOf,
  type ProviderWebhookConfig,
} from './provider-webhooks-config.ts';
import type { RateLimits } from './rate-limits-setting.ts';
import { readProcessSettings, readSettings, type Environment } from './read-settings.ts';
import type { SettingName, SettingValue } from './settings.ts';

/**
 * The only file that reads `process.env`. Each process reads what it uses, so that a missing variable names its reader.
 */

const PROCESS_SETTINGS = ['NODE_ENV', 'LOG_LEVEL', 'READY_LINE'] as const satisfies SettingName[];
const DATABASE_SETTINGS = ['DATABASE_URL', 'DATABASE_POOL_SIZE'] as const satisfies SettingName[];
const TEMPORAL_SETTINGS = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_TASK_QUEUE',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_CA_PATH',
  'TEMPORAL_TLS_CERT_PATH',
  'TEMPORAL_TLS_KEY_PATH',
  'TEMPORAL_API_KEY',
] as const satisfies SettingName[];

export const API_SETTINGS = [
  ...PROCESS_SETTINGS,
  ...DATABASE_SETTINGS,
  ...TEMPORAL_SETTINGS,
  'TEMPORAL_UI_URL',
  'API_HOST',
  'API_PORT',
  'RATE_LIMITS',
  'TRUSTED_PROXIES',
  'ALLOWED_ORIGINS',
  'API_ADMISSIONS_IN_FLIGHT',
  'API_SHUTDOWN_NOTICE_SECONDS',
  'PUBLIC_URL',
  'PORTAL_URL',
  'LINK_SECRETS',
  ...CONSOLE_SETTINGS,
  'PORTAL_FRAME_ANCESTORS',
  'CONSOLE_PAGES',
  'HOLDFAST_CATALOGUE',
  ...ASSET_SETTINGS,
  ...MODEL_SERVICE_SETTINGS,
  ...PROVIDER_WEBHOOK_SETTINGS,
  'ALLOW_TEST_SCENARIOS',
  'ALLOW_LOCAL_ASSET_URLS',
] as const satisfies SettingName[];

export const WORKER_SETTINGS = [
  ...PROCESS_SETTINGS,
  ...DATABASE_SETTINGS,
  ...TEMPORAL_SETTINGS,
  'HOLDFAST_CATALOGUE',
  ...ASSET_SETTINGS,
  ...MODEL_SERVICE_SETTINGS,
  ...MODEL_SERVICE_KEYS,
  'PROVIDER_WEBHOOK_URL',
  'PROVIDER_LIMITS',
  'ALLOW_TEST_SCENARIOS',
  'ALLOW_LOCAL_ASSET_URLS',
  'WORKER_BUILD_ID',
  'WORKER_DEPLOYMENT_NAME',
  'WORKER_METRICS_ADDRESS',
  'WORKER_HEALTH_ADDRESS',
  'WORKFLOW_BUNDLE',
  'WORKER_SHUTDOWN_GRACE_SECONDS',
  'WORKER_MAX_CACHED_WORKFLOWS',
  'WORKER_MAX_CONCURRENT_WORKFLOW_TASKS',
  'WORKER_MAX_CONCURRENT_ACTIVITIES',
  'WORKER_MAX_CONCURRENT_LOCAL_ACTIVITIES',
  'RECONCILE_INTERVAL_SECONDS',
  'RECONCILE_GRACE_SECONDS',
  'CREDIT_MAINTENANCE_INTERVAL_SECONDS',
  'HEARTBEAT_TIMEOUT_SECONDS',
] as const satisfies SettingName[];

export const MIGRATE_SETTINGS = [
  ...PROCESS_SETTINGS,
  'DATABASE_OWNER_URL',
  'DATABASE_API_PASSWORD',
  'DATABASE_WORKER_PASSWORD',
] as const satisfies SettingName[];

/** The settings of the command line in the image. Each command says which of them it lacks. */
export const CLI_SETTINGS = [
  'DATABASE_URL',
  'HOLDFAST_API_URL',
  'HOLDFAST_PLATFORM_KEY',
  'HOLDFAST_ACTOR',
  'FAL_BILLING_URL',
  'FAL_BILLING_KEY',
] as const satisfies SettingName[];

export type ProcessConfig = {
  readonly logLevel: SettingValue<'LOG_LEVEL'>;
  /** Whether to print a ready line on stdout, for a supervisor. */
  readonly printsReadyLine: boolean;
};

export type DatabaseConfig = { readonly url: string; readonly poolSize: number };

export type TemporalConfig = {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly usesTls: boolean;
  readonly tlsServerName: string | null;
  readonly tlsCaPath: string | null;
  readonly tlsCertPath: string | null;
  readonly tlsKeyPath: string | null;
  readonly apiKey: string | null;
};

type ApiConfig = ProcessConfig & {
  readonly database: DatabaseConfig;
  readonly temporal: TemporalConfig;
  readonly temporalUiUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly rateLimits: RateLimits;
  readonly admissionsInFlight: number;
  /** How long an ending process serves on while it is not ready. */
  readonly shutdownNoticeMs: number;
  /** The proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly publicUrl: string | null;
  readonly portalUrl: string | null;
  /** The secrets of output links; null: none is set, outside of production. */
  readonly linkSecrets: SettingValue<'LINK_SECRETS'>;
  readonly console: ConsoleConfig;
  readonly portalFrameAncestors: readonly string[];
  readonly consolePages: string | null;
  /** Null: the shipped catalogue. */
  readonly cataloguePath: string | null;
  readonly assets: AssetStoreConfig;
  readonly modelServices: ModelServiceUrls;
  /** Null: model services are told no address. */
  readonly providerWebhooks: ProviderWebhookConfig | null;
  readonly allowsTestScenarios: boolean;
  /** Addresses that customers name may be of this machine, and plain http. */
  readonly allowsLocalAssetUrls: boolean;
};

/** Worker versioning: AUTO_UPGRADE with patches; null is an unversioned worker, as the embedded one is. */
type WorkerVersion = { readonly deploymentName: string; readonly buildId: string };

export type WorkerConfig = ProcessConfig & {
  readonly database: DatabaseConfig;
  readonly temporal: TemporalConfig;
  /** Null: the shipped catalogue. */
  readonly cataloguePath: string | null;
  readonly assets: AssetStoreConfig;
  readonly modelServices: ModelServiceUrls;
  readonly modelServiceKeys: ModelServiceKeys;
  /** Where model services reach the API, without a slash at its end; null: they are told no address. */
  readonly providerWebhookUrl: string | null;
  /** By provider: the same in every worker. */
  readonly providerLimits: SettingValue<'PROVIDER_LIMITS'>;
  readonly allowsTestScenarios: boolean;
  /** Addresses that customers name may be of this machine, and plain http. */
  readonly allowsLocalAssetUrls: boolean;
  readonly version: WorkerVersion | null;
  readonly metricsAddress: string | null;
  readonly healthAddress: string | null;
  readonly workflowBundlePath: string | null;
  readonly shutdownGraceSeconds: number;
  readonly maxCachedWorkflows: number;
  readonly maxConcurrentWorkflowTasks: number;
  readonly maxConcurrentActivities: number;
  readonly maxConcurrentLocalActivities: number;
  readonly reconcileIntervalSeconds: number;
  readonly reconcileGraceSeconds: number;
  readonly creditMaintenanceIntervalSeconds: number;
  readonly heartbeatTimeoutSeconds: number;
};

export type CliConfig = {
  readonly databaseUrl: string | null;
  readonly apiUrl: string | null;
  readonly platformKey: string | null;
  /** Who is on record for what a command does; null: the user of the process. */
  readonly actor: string | null;
  /** Where fal tells what it bills; the key is null where there is none. */
  readonly falBilling: { readonly url: string; readonly key: string | null };
};

type MigrateConfig = ProcessConfig & {
  readonly ownerUrl: string;
  readonly apiPassword: string;
  readonly workerPassword: string;
};

/** Throws ConfigurationError naming what is missing. */
export function readApiConfig(env: Environment = process.env): ApiConfig {
  const settings = readProcessSettings(env, API_SETTINGS);
  return {
    ...processConfigOf(settings),
    database: { url: settings.DATABASE_URL, poolSize: settings.DATABASE_POOL_SIZE },
    temporal: temporalConfigOf(settings),
    temporalUiUrl: settings.TEMPORAL_UI_URL,
    host: settings.API_HOST,
    port: settings.API_PORT,
    rateLimits: settings.RATE_LIMITS,
    allowedOrigins: settings.ALLOWED_ORIGINS,
    admissionsInFlight: settings.API_ADMISSIONS_IN_FLIGHT,
    shutdownNoticeMs: settings.API_SHUTDOWN_NOTICE_SECONDS * 1_000,
    trustedProxies: settings.TRUSTED_PROXIES ?? [],
    publicUrl: settings.PUBLIC_URL,
    portalUrl: settings.PORTAL_URL,
    linkSecrets: settings.LINK_SECRETS,
    console: consoleConfigOf(settings),
    portalFrameAncestors: settings.PORTAL_FRAME_ANCESTORS,
    consolePages: settings.CONSOLE_PAGES,
    cataloguePath: settings.HOLDFAST_CATALOGUE,
    assets: assetStoreConfigOf(settings),
    modelServices: modelServicesOf(settings),
    providerWebhooks: providerWebhooksOf(settings, modelServicesOf(settings)),
    allowsTestScenarios: settings.ALLOW_TEST_SCENARIOS,
    allowsLocalAssetUrls: settings.ALLOW_LOCAL_ASSET_URLS,
  };
}

/** Throws ConfigurationError naming what is missing. */
export function readWorkerConfig(env: Environment = process.env): WorkerConfig {
  const settings = readProcessSettings(env, WORKER_SETTINGS);
  return {
    ...processConfigOf(settings),
    database: { url: settings.DATABASE_URL, poolSize: settings.DATABASE_POOL_SIZE },
    temporal: temporalConfigOf(settings),
    cataloguePath: settings.HOLDFAST_CATALOGUE,
    assets: assetStoreConfigOf(settings),
    modelServices: modelServicesOf(settings),
    modelServiceKeys: modelServiceKeysOf(settings),
    providerWebhookUrl: settings.PROVIDER_WEBHOOK_URL?.replace(/\/+$/, '') ?? null,
    providerLimits: settings.PROVIDER_LIMITS,
    allowsTestScenarios: settings.ALLOW_TEST_SCENARIOS,
    allowsLocalAssetUrls: settings.ALLOW_LOCAL_ASSET_URLS,
    version: workerVersionOf(settings),
    metricsAddress: settings.WORKER_METRICS_ADDRESS,
    healthAddress: settings.WORKER_HEALTH_ADDRESS,
    workflowBundlePath: settings.WORKFLOW_BUNDLE,
    shutdownGraceSeconds: settings.WORKER_SHUTDOWN_GRACE_SECONDS,
    maxCachedWorkflows: settings.WORKER_MAX_CACHED_WORKFLOWS,
    maxConcurrentWorkflowTasks: settings.WORKER_MAX_CONCURRENT_WORKFLOW_TASKS,
    maxConcurrentActivities: settings.WORKER_MAX_CONCURRENT_ACTIVITIES,
    maxConcurrentLocalActivities: settings.WORKER_MAX_CONCURRENT_LOCAL_ACTIVITIES,
    reconcileIntervalSeconds: settings.RECONCILE_INTERVAL_SECONDS,
    reconcileGraceSeconds: settings.RECONCILE_GRACE_SECONDS,
    creditMaintenanceIntervalSeconds: settings.CREDIT_MAINTENANCE_INTERVAL_SECONDS,
    heartbeatTimeoutSeconds: settings.HEARTBEAT_TIMEOUT_SECONDS,
  };
}

/** Throws ConfigurationError naming what is missing. */
export function readMigrateConfig(env: Environment = process.env): MigrateConfig {
  const settings = readProcessSettings(env, MIGRATE_SETTINGS);
  return {
    ...processConfigOf(settings),
    ownerUrl: settings.DATABASE_OWNER_URL,
    apiPassword: settings.DATABASE_API_PASSWORD,
    workerPassword: settings.DATABASE_WORKER_PASSWORD,
  };
}

/** Throws ConfigurationError naming what is wrong; nothing has to be set. */
export function readCliConfig(env: Environment = process.env): CliConfig {
  // Required of the processes; of the commands, of those that read the database.
  const hasDatabase = (env['DATABASE_URL'] ?? '') !== '';
  const [, ...ofCommands] = CLI_SETTINGS;
  const settings = readSettings(env, ofCommands);
  return {
    databaseUrl: hasDatabase ? readSettings(env, ['DATABASE_URL']).DATABASE_URL : null,
    apiUrl: settings.HOLDFAST_API_URL,
    platformKey: settings.HOLDFAST_PLATFORM_KEY,
    actor: settings.HOLDFAST_ACTOR,
    falBilling: { url: settings.FAL_BILLING_URL, key: settings.FAL_BILLING_KEY },
  };
}

/** Where each model service is and its key, as far as they are set: for runs at the services themselves. */
export type ModelServiceSecrets = Readonly<
  Record<'fal' | 'replicate' | 'openai' | 'gpu', { readonly url: string | null; readonly key: string | null }>
>;

/** Throws ConfigurationError naming what is wrong; nothing has to be set. */
export function readModelServiceSecrets(env: Environment = process.env): ModelServiceSecrets {
  const settings = readSettings(env, [...MODEL_SERVICE_SETTINGS, ...MODEL_SERVICE_KEYS]);
  return {
    fal: { url: settings.FAL_URL, key: settings.FAL_KEY },
    replicate: { url: settings.REPLICATE_URL, key: settings.REPLICATE_API_TOKEN },
    openai: { url: settings.OPENAI_URL, key: settings.OPENAI_API_KEY },
    gpu: { url: settings.GPU_SERVICE_URL, key: settings.GPU_SERVICE_API_KEY },
  };
}

type Settings<Names extends readonly SettingName[]> = {
  readonly [Name in Names[number]]: SettingValue<Name>;
};

function processConfigOf(settings: Settings<typeof PROCESS_SETTINGS>): ProcessConfig {
  return {
    logLevel: settings.LOG_LEVEL,
    printsReadyLine: settings.READY_LINE,
  };
}

function temporalConfigOf(settings: Settings<typeof TEMPORAL_SETTINGS>): TemporalConfig {
  const certPath = settings.TEMPORAL_TLS_CERT_PATH;
  const keyPath = settings.TEMPORAL_TLS_KEY_PATH;
  return {
    address: settings.TEMPORAL_ADDRESS,
    namespace: settings.TEMPORAL_NAMESPACE,
    taskQueue: settings.TEMPORAL_TASK_QUEUE,
    usesTls:
      settings.TEMPORAL_TLS ||
      certPath !== null ||
      settings.TEMPORAL_TLS_CA_PATH !== null ||
      settings.TEMPORAL_API_KEY !== null,
    tlsServerName: settings.TEMPORAL_TLS_SERVER_NAME,
    tlsCaPath: settings.TEMPORAL_TLS_CA_PATH,
    tlsCertPath: certPath,
    tlsKeyPath: keyPath,
    apiKey: settings.TEMPORAL_API_KEY,
  };
}

function workerVersionOf(settings: Settings<typeof WORKER_SETTINGS>): WorkerVersion | null {
  const { WORKER_BUILD_ID: buildId, WORKER_DEPLOYMENT_NAME: deploymentName } = settings;
  return buildId === null || deploymentName === null ? null : { deploymentName, buildId };
}
