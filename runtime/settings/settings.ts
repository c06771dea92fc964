import { z } from 'zod';
import { providerLimits } from './provider-limits-setting.ts';
import { rateLimits } from './rate-limits-setting.ts';
import { S3_ADDRESS } from './s3-address.ts';
import {
  headerName,
  hostAndPort,
  httpUrl,
  key,
  networks,
  origins,
  postgresUrl,
  scopes,
  secrets,
  socketAddress,
  text,
  wholeNumber,
} from './setting-values.ts';

/**
 * Every environment variable Holdfast knows, in one table: how it is read, and what to tell someone who set it wrongly.
 * docker-compose.yml is held against the lists in config.ts by a test, both ways.
 */
type Setting = {
  readonly schema: z.ZodType;
  readonly doc: string;
  /** It may be given as NAME_FILE: the path of a file with the value. */
  readonly isSecret?: true;
};

const optionalText = text.nullable().default(null);
const optionalKey = key.nullable().default(null);
const seconds = (fallback: number, max = 3_600) => wholeNumber(1, max).default(fallback);
const count = (fallback: number, max: number) => wholeNumber(1, max).default(fallback);
const port = (fallback: number) => wholeNumber(0, 65_535).default(fallback);
const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/)
  .nullable()
  .default(null);

/**
 * The longest time that the reconciler waits after a workflow closed: the longest timeout of an admission or a
 * settlement.
 */
const MAX_RECONCILE_GRACE_SECONDS = 30;

export const SETTINGS = {
  NODE_ENV: {
    schema: z.enum(['production', 'development', 'test']).default('production'),
    doc: 'production, development or test',
  },
  LOG_LEVEL: {
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    doc: 'trace, debug, info, warn, error, fatal or silent',
  },
  READY_LINE: {
    schema: z.stringbool().default(false),
    doc: 'true: print one JSON line on stdout once ready (a supervisor reads it)',
  },
  DATABASE_URL: {
    schema: postgresUrl,
    doc: "PostgreSQL as this process's own role, e.g. postgresql://holdfast_worker:secret@host:5432/holdfast",
  },
  DATABASE_OWNER_URL: {
    schema: postgresUrl,
    doc: "PostgreSQL as the owner of the schema; only migrations use it. The two roles are the server's: all databases on it share their passwords",
  },
  DATABASE_API_PASSWORD: {
    schema: text,
    doc: 'the password migrations give the role holdfast_api',
  },
  DATABASE_WORKER_PASSWORD: {
    schema: text,
    doc: 'the password migrations give the role holdfast_worker',
  },
  DATABASE_POOL_SIZE: { schema: count(16, 500), doc: 'connections per process, 1 to 500' },
  TEMPORAL_ADDRESS: { schema: hostAndPort, doc: 'host:port of the Temporal frontend, e.g. temporal:7233' },
  TEMPORAL_NAMESPACE: { schema: text.default('default'), doc: 'the Temporal namespace' },
  TEMPORAL_TASK_QUEUE: { schema: text.default('holdfast'), doc: 'the Temporal task queue' },
  TEMPORAL_TLS: {
    schema: z.stringbool().default(false),
    doc: 'true: TLS to Temporal (implied by an API key or a certificate)',
  },
  TEMPORAL_TLS_SERVER_NAME: { schema: optionalText, doc: 'the server name to expect in the certificate' },
  TEMPORAL_TLS_CA_PATH: { schema: optionalText, doc: 'file with the PEM certificate of the authority' },
  TEMPORAL_TLS_CERT_PATH: { schema: optionalText, doc: 'file with the client certificate (PEM)' },
  TEMPORAL_TLS_KEY_PATH: { schema: optionalText, doc: 'file with the key of the client certificate (PEM)' },
  TEMPORAL_API_KEY: { schema: optionalKey, doc: 'API key of Temporal Cloud' },
  TEMPORAL_UI_URL: { schema: httpUrl.nullable().default(null), doc: 'where support opens Temporal UI' },
  API_HOST: { schema: text.default('127.0.0.1'), doc: 'the address the API listens on' },
  API_PORT: { schema: port(8_787), doc: 'the port the API listens on; 0 takes a free one' },
  RATE_LIMITS: {
    schema: rateLimits,
    doc: 'requests that are taken, as `key per_second=100 burst=500, platform_key …, account …, sums …, address …`; an address counts without a key, or with a wrong one. Unset: the defaults',
  },
  ALLOWED_ORIGINS: {
    schema: origins.default([]),
    doc: 'origins whose pages may call the API from a browser, as `https://app.example.com, https://studio.example.com`; unset: none',
  },
  API_ADMISSIONS_IN_FLIGHT: {
    schema: count(16, 1_000),
    doc: 'submissions that a process admits at once, 1 to 1000; others wait for their turn, and are refused (503) when there is no end of waiting',
  },
  API_SHUTDOWN_NOTICE_SECONDS: {
    schema: wholeNumber(0, 60).default(5),
    doc: 'how long a process that is told to end says that it is not ready (/readyz) and serves on, 0 to 60: longer than it takes the load balancer to notice',
  },
  TRUSTED_PROXIES: {
    schema: networks.nullable().default(null),
    doc: 'the proxies whose X-Forwarded-For says who calls, as addresses and networks with commas between (10.0.0.0/8); unset: none, the peer calls',
  },
  PUBLIC_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'the address customers reach the API under, for links',
  },
  PORTAL_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'the page that customers are sent to with the token of a portal session; unset: /portal under PUBLIC_URL',
  },
  LINK_SECRETS: {
    schema: secrets.nullable().default(null),
    doc: 'what signs links to outputs: a secret of 32 characters or more, letters and digits, e.g. from openssl rand -hex 24; to replace it, the new one, a comma, and the old one for a day. Needed in production',
  },
  CONSOLE_PROXY_HEADER: {
    schema: headerName.nullable().default(null),
    doc: 'the header in which a proxy of TRUSTED_PROXIES names the person who signs in to the console, e.g. X-Forwarded-User; it has to remove it from what comes in. Unset: people sign in with a platform key',
  },
  CONSOLE_PROXY_SCOPES: {
    schema: scopes.default(['support']),
    doc: 'what a person may do in the console whom CONSOLE_PROXY_HEADER names, as `support, billing:write`',
  },
  PORTAL_FRAME_ANCESTORS: {
    schema: origins.default([]),
    doc: 'origins whose pages may show /portal in a frame, with commas between; unset: none',
  },
  CONSOLE_PAGES: {
    schema: optionalText,
    doc: 'the file with the built pages of /portal and /console; unset: console-pages.json beside the code',
  },
  HOLDFAST_CATALOGUE: {
    schema: optionalText,
    doc: 'file or folder with the catalogue (kinds, models, prices, plans), for API and workers alike; unset: the shipped one',
  },
  ASSET_HOME: {
    schema: text,
    doc: 'the folder that holds generated files, shared by API and workers; with ASSET_STORE a local folder of the process, for uploads',
  },
  ASSET_STORE: {
    schema: z.string().regex(S3_ADDRESS).nullable().default(null),
    doc: 's3://bucket or s3://bucket/prefix, where generated files are kept; unset: in ASSET_HOME',
  },
  ASSET_STORE_ENDPOINT: {
    schema: httpUrl.nullable().default(null),
    doc: 'the address of an S3 server that is not of AWS, e.g. https://s3.example.com; unset: AWS',
  },
  ASSET_STORE_REGION: { schema: text.default('us-east-1'), doc: 'the region of the bucket' },
  ASSET_STORE_PATH_STYLE: {
    schema: z.stringbool().nullable().default(null),
    doc: 'true: the bucket in the path of the address, false: in its host name; unset: true with ASSET_STORE_ENDPOINT',
  },
  AWS_ACCESS_KEY_ID: {
    schema: optionalKey,
    doc: 'the key id for the bucket; unset: the role of the machine or the container',
    isSecret: true,
  },
  AWS_SECRET_ACCESS_KEY: {
    schema: optionalKey,
    doc: 'the secret that belongs to AWS_ACCESS_KEY_ID',
    isSecret: true,
  },
  AWS_SESSION_TOKEN: {
    schema: optionalKey,
    doc: 'the token of temporary credentials; unset: they are permanent',
    isSecret: true,
  },
  MODEL_SERVICE_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'the local model service, for API and workers alike; unset: jobs of the model local/render are refused',
  },
  MODEL_SERVICE_API_KEY: {
    schema: optionalKey,
    doc: 'the key that the local model service asks for; unset: it asks for none',
    isSecret: true,
  },
  GPU_SERVICE_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'a model service of your own (docs/model-service-protocol.md), the provider gpu, for API and workers alike; unset: none',
  },
  GPU_SERVICE_API_KEY: {
    schema: optionalKey,
    doc: 'the key that GPU_SERVICE_URL asks for; unset: it asks for none',
    isSecret: true,
  },
  OPENAI_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'https://api.openai.com/v1/, or a service that speaks as it does: the provider openai, for API and workers alike',
  },
  OPENAI_API_KEY: { schema: optionalKey, doc: 'the key for OPENAI_URL', isSecret: true },
  REPLICATE_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'https://api.replicate.com: the provider replicate, for API and workers alike; unset: its models are not offered',
  },
  REPLICATE_API_TOKEN: { schema: optionalKey, doc: 'the token for REPLICATE_URL', isSecret: true },
  FAL_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'https://queue.fal.run: the provider fal, for API and workers alike; unset: its models are not offered',
  },
  FAL_KEY: { schema: optionalKey, doc: 'the key for FAL_URL', isSecret: true },
  PROVIDER_WEBHOOK_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'the address model services reach the API under, e.g. https://api.example.com, for API and workers alike; unset: they are told none, and polled only',
  },
  MODEL_SERVICE_WEBHOOK_SECRET: {
    schema: webhookSecret,
    doc: 'what MODEL_SERVICE_URL signs its webhooks with: whsec_ and base64',
    isSecret: true,
  },
  GPU_SERVICE_WEBHOOK_SECRET: {
    schema: webhookSecret,
    doc: 'what GPU_SERVICE_URL signs its webhooks with: whsec_ and base64',
    isSecret: true,
  },
  REPLICATE_WEBHOOK_SECRET: {
    schema: webhookSecret,
    doc: 'what Replicate signs its webhooks with: whsec_…, from /v1/webhooks/default/secret',
    isSecret: true,
  },
  FAL_JWKS_URL: {
    schema: httpUrl.default('https://rest.fal.ai/.well-known/jwks.json'),
    doc: 'where the keys are that fal signs its webhooks with',
  },
  FAL_USER_ID: {
    schema: optionalText,
    doc: 'the user whose requests the webhooks of fal have to be about; unset: any',
  },
  PROVIDER_LIMITS: {
    schema: providerLimits.default({}),
    doc: 'what may be at a provider at once and leave for it in a second, over all workers, as `gpu in_flight=40 per_second=2.5, fal in_flight=20`; unset: no limits',
  },
  ALLOW_TEST_SCENARIOS: {
    schema: z.stringbool().default(true),
    doc: 'false: refuse test_scenario even with the sandbox model',
  },
  ALLOW_LOCAL_ASSET_URLS: {
    schema: z.stringbool().default(false),
    doc: 'true: reference assets over http and from this machine too, for development',
  },
  WORKER_BUILD_ID: { schema: optionalText, doc: 'build id for worker versioning; unset: unversioned' },
  WORKER_DEPLOYMENT_NAME: { schema: optionalText, doc: 'worker deployment; needed with WORKER_BUILD_ID' },
  WORKER_METRICS_ADDRESS: {
    schema: socketAddress.nullable().default(null),
    doc: 'address:port, e.g. 0.0.0.0:9464, on which the Temporal SDK serves its metrics; unset: none',
  },
  WORKER_HEALTH_ADDRESS: {
    schema: hostAndPort.nullable().default(null),
    doc: 'host:port on which the worker serves GET /readyz and GET /metrics; unset: not at all',
  },
  WORKFLOW_BUNDLE: {
    schema: optionalText,
    doc: 'file with the workflow bundle; unset: bundled from source at start',
  },
  WORKER_SHUTDOWN_GRACE_SECONDS: {
    schema: seconds(20),
    doc: 'how long running activities may finish after SIGTERM',
  },
  WORKER_MAX_CACHED_WORKFLOWS: { schema: count(200, 100_000), doc: 'workflows kept in memory' },
  WORKER_MAX_CONCURRENT_WORKFLOW_TASKS: { schema: count(16, 1_000), doc: 'workflow tasks at once' },
  WORKER_MAX_CONCURRENT_ACTIVITIES: {
    schema: count(2_100, 20_000),
    doc: 'activities at once; every running job holds one while it is followed, and the reconciler needs one too',
  },
  WORKER_MAX_CONCURRENT_LOCAL_ACTIVITIES: { schema: count(200, 5_000), doc: 'local activities at once' },
  RECONCILE_INTERVAL_SECONDS: { schema: seconds(60), doc: 'how often the reconciler runs' },
  RECONCILE_GRACE_SECONDS: {
    schema: seconds(MAX_RECONCILE_GRACE_SECONDS, MAX_RECONCILE_GRACE_SECONDS),
    doc: 'how long after a workflow closed its reservation is settled by the reconciler, 1 to 30',
  },
  CREDIT_MAINTENANCE_INTERVAL_SECONDS: {
    schema: seconds(60),
    doc: 'how often plans are renewed and expired credits swept',
  },
  HEARTBEAT_TIMEOUT_SECONDS: {
    schema: seconds(10, 60),
    doc: 'silence after which an activity counts as dead, 1 to 60',
  },
  HOLDFAST_API_URL: {
    schema: httpUrl.nullable().default(null),
    doc: 'the API that the commands call, e.g. http://api:8787',
  },
  HOLDFAST_PLATFORM_KEY: { schema: optionalKey, doc: 'the platform key that the commands call it with' },
  FAL_BILLING_URL: {
    schema: httpUrl.default('https://api.fal.ai/v1'),
    doc: 'where fal tells what it bills',
  },
  FAL_BILLING_KEY: {
    schema: optionalKey,
    doc: 'a key of fal that may read what is billed, for `holdfast costs fetch`',
    isSecret: true,
  },
  HOLDFAST_ACTOR: {
    schema: optionalText,
    doc: 'who is on record for what a command does; unset: the user of the process',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<Name extends SettingName> = z.output<(typeof SETTINGS)[Name]['schema']>;
