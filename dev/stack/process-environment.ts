import path from 'node:path';

/** Addresses and secrets for the children of one stack. */
export type StackAddresses = {
  readonly home: string;
  readonly apiDatabaseUrl: string;
  readonly workerDatabaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | null;
  readonly taskQueue: string;
  readonly host: string;
  readonly apiPort: number;
  readonly modelServicePort: number;
  /** The secret of output links: the home's, so that links outlive a restart. */
  readonly linkSecret: string;
  /** The webhook address for the model service and its secret; null: it is only polled. */
  readonly webhooks: { readonly url: string; readonly secret: string } | null;
};

type Environment = Readonly<Record<string, string>>;

/** The worker's settings when embedded: every wait is short. */
export function workerEnvironment(addresses: StackAddresses, workflowBundle: string): Environment {
  return {
    ...commonEnvironment(addresses),
    DATABASE_URL: addresses.workerDatabaseUrl,
    WORKFLOW_BUNDLE: workflowBundle,
    RECONCILE_INTERVAL_SECONDS: '5',
    RECONCILE_GRACE_SECONDS: '5',
    CREDIT_MAINTENANCE_INTERVAL_SECONDS: '5',
    HEARTBEAT_TIMEOUT_SECONDS: '4',
    WORKER_SHUTDOWN_GRACE_SECONDS: '3',
  };
}

export function apiEnvironment(addresses: StackAddresses, consolePages: string): Environment {
  return {
    ...commonEnvironment(addresses),
    DATABASE_URL: addresses.apiDatabaseUrl,
    LINK_SECRETS: addresses.linkSecret,
    CONSOLE_PAGES: consolePages,
    API_HOST: addresses.host,
    API_PORT: String(addresses.apiPort),
    // No load balancer is in front.
    API_SHUTDOWN_NOTICE_SECONDS: '0',
    PUBLIC_URL: urlOf(addresses.host, addresses.apiPort),
    ...(addresses.temporalUiUrl === null ? {} : { TEMPORAL_UI_URL: addresses.temporalUiUrl }),
    ...secretOf(addresses),
  };
}

export function modelServiceEnvironment(
  addresses: StackAddresses,
  mode: 'render' | 'instant',
  instantMs: number,
): Environment {
  return {
    MODEL_SERVICE_HOST: addresses.host,
    MODEL_SERVICE_PORT: String(addresses.modelServicePort),
    MODEL_SERVICE_HOME: path.join(addresses.home, 'model-service'),
    MODEL_SERVICE_MODE: mode,
    MODEL_SERVICE_INSTANT_MS: String(instantMs),
    ...secretOf(addresses),
  };
}

export function urlOf(host: string, port: number): string {
  return `http://${host}:${String(port)}`;
}

function secretOf({ webhooks }: StackAddresses): Environment {
  return webhooks === null ? {} : { MODEL_SERVICE_WEBHOOK_SECRET: webhooks.secret };
}

function commonEnvironment(addresses: StackAddresses): Environment {
  return {
    NODE_ENV: 'development',
    READY_LINE: 'true',
    TEMPORAL_ADDRESS: addresses.temporalAddress,
    TEMPORAL_TASK_QUEUE: addresses.taskQueue,
    ASSET_HOME: path.join(addresses.home, 'assets'),
    MODEL_SERVICE_URL: urlOf(addresses.host, addresses.modelServicePort),
    ALLOW_LOCAL_ASSET_URLS: 'true',
    ...(addresses.webhooks === null ? {} : { PROVIDER_WEBHOOK_URL: addresses.webhooks.url }),
  };
}
