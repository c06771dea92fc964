import { mkdir } from 'node:fs/promises';
import { readDevConfig } from '../dev-config.ts';
import type { Progress } from '../progress.ts';
import { createPortClaims, LOCAL_HOST, type PortClaims } from '../free-ports.ts';
import { tryLock } from '../exclusive-lock.ts';
import { openSandbox, sandboxUrlOf, type Sandbox } from '../sandbox/open-sandbox.ts';
import { postgresChild } from '../postgres/postgres-child.ts';
import { locateTemporalServer } from '../temporal-server/locate-temporal-server.ts';
import { temporalChild } from '../temporal-server/temporal-child.ts';
import { unlessAborted } from '../supervisor/unless-aborted.ts';
import { withTimeout } from '../supervisor/with-timeout.ts';
import { ChildrenRecord } from './left-over-children.ts';
import { nodeChild } from './node-child.ts';
import {
  apiEnvironment,
  modelServiceEnvironment,
  urlOf,
  workerEnvironment,
  type StackAddresses,
} from './process-environment.ts';
import { StackChildren } from './stack-children.ts';
import {
  embeddedDatabase,
  ensureEmbeddedDatabase,
  externalDatabase,
  migrateStackDatabase,
} from './stack-database.ts';
import { createStackHandle, type Stack } from './stack-handle.ts';
import { removeStackInfo, stackLockPath, writeStackInfo, type StackInfo } from './stack-info.ts';
import { loadCatalogue } from '../../catalogue/load-catalogue.ts';
import { ensureStackKeys } from './stack-keys.ts';
import { NOTHING_EXTERNAL, wantedPorts, type StackOptions, type StackPorts } from './stack-options.ts';
import { linkSecretOf, readOrMakeSecrets, webhookSecretOf } from './stack-secrets.ts';
import { bundleConsolePages } from './bundle-console-pages.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

const TASK_QUEUE = 'holdfast';
/** A little more than the processes' own limits, so that SIGKILL is the exception. */
const STOP_TIMEOUT_MS = { api: 8_000, worker: 10_000, modelService: 4_000 } as const;

/** A failed start ends within 10 s: its processes are given this long, then killed. */
const ABANDON_LIMIT_MS = 4_000;
/** Then a running step (initdb, a build, a migration) finds that it is aborted. */
const LAST_STEPS_LIMIT_MS = 3_000;

/** A stack is up under this home, or is starting. */
export class HomeInUseError extends Error {
  readonly code = 'home_in_use';
  readonly pid: number;

  constructor(home: string, pid: number) {
    super(`a stack is already running in ${home} (process ${String(pid)})`);
    this.name = 'HomeInUseError';
    this.pid = pid;
  }
}

/**
 * Starts the embedded stack and keeps it running until `stop`. Resolves when everything is ready and stack.json is
 * written. Throws HomeInUseError, or the failure of a part; then nothing is left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { home } = options;
  const onNote = options.onNote ?? (() => undefined);
  await mkdir(home, { recursive: true });
  const lock = await tryLock(stackLockPath(home));
  if ('holder' in lock) throw new HomeInUseError(home, lock.holder.pid);
  removeStackInfo(home);
  const record = new ChildrenRecord(home);
  const claims = createPortClaims();
  let info: Omit<StackInfo, 'pids'> | null = null;
  let sandbox: Sandbox | null = null;
  const children = new StackChildren({
    home,
    record,
    onNote,
    onPids: () => {
      if (info !== null) writeStackInfo(home, { ...info, pids: children.pids() });
    },
  });
  const stop = async () => {
    info = null;
    removeStackInfo(home);
    await sandbox?.close();
    await children.stop();
    await claims.release();
    await lock.release();
  };
  const start = beginStart(options.signal);
  const facts = record
    .endLeftOvers(onNote)
    .then(() => bringUp({ ...options, signal: start.signal, claims }, children));
  try {
    info = await unlessAborted(start.signal, 'ended before the stack was up', facts);
    const stack = createStackHandle({ facts: info, children, stop });
    sandbox = await openSandboxOf(options, stack);
    writeStackInfo(home, stack.info());
    return stack;
  } catch (error) {
    start.abandon();
    info = null;
    removeStackInfo(home);
    await children.abandon(ABANDON_LIMIT_MS);
    await withTimeout(LAST_STEPS_LIMIT_MS, facts).catch(() => undefined);
    await claims.release();
    await lock.release();
    throw error;
  } finally {
    start.end();
  }
}

async function openSandboxOf({ sandbox: settings }: StackOptions, stack: Stack): Promise<Sandbox | null> {
  const { sandbox_url: url } = stack.info();
  return settings === undefined || url === null ? null : openSandbox({ stack, url, settings });
}

/** The signal of one start: aborted with the caller's, or when a part failed. */
function beginStart(callers: AbortSignal | undefined) {
  const controller = new AbortController();
  const abandon = () => {
    controller.abort();
  };
  if (callers?.aborted === true) abandon();
  callers?.addEventListener('abort', abandon, { once: true });
  return { signal: controller.signal, abandon, end: () => callers?.removeEventListener('abort', abandon) };
}

type WantedStack = StackOptions & { readonly signal: AbortSignal; readonly claims: PortClaims };

async function bringUp(options: WantedStack, children: StackChildren): Promise<Omit<StackInfo, 'pids'>> {
  const { home, claims } = options;
  const wanted = wantedPorts(options);
  const ports = await claims.claim(wanted);
  sayBusyPorts(wanted, ports, options.onNote ?? (() => undefined));
  const [database, temporal, bundle, pages] = await Promise.all([
    bringUpDatabase(options, children, ports.postgres),
    bringUpTemporal(options, children, ports),
    bundleWorkflows(),
    bundleConsolePages(),
  ]);
  const addresses: StackAddresses = {
    home,
    apiDatabaseUrl: database.apiUrl,
    workerDatabaseUrl: database.workerUrl,
    temporalAddress: temporal.address,
    temporalUiUrl: temporal.uiUrl,
    taskQueue: TASK_QUEUE,
    host: LOCAL_HOST,
    apiPort: ports.api,
    modelServicePort: ports.modelService,
    linkSecret: database.linkSecret,
    webhooks:
      options.sandbox === undefined
        ? null
        : { url: urlOf(LOCAL_HOST, ports.sandbox), secret: database.webhookSecret },
  };
  await bringUpProcesses(options, children, addresses, { bundle, pages });
  return {
    api_url: urlOf(LOCAL_HOST, ports.api),
    temporal_address: addresses.temporalAddress,
    temporal_ui_url: addresses.temporalUiUrl,
    database_url: database.workerUrl,
    database_owner_url: database.ownerUrl,
    model_service_url: urlOf(LOCAL_HOST, ports.modelService),
    sandbox_url: options.sandbox === undefined ? null : sandboxUrlOf(ports.sandbox),
    platform_key: database.keys.platform.secret,
    account_id: database.keys.accountId,
    account_key: database.keys.account.secret,
    supervisor_pid: process.pid,
  };
}

const PORT_OWNERS: Readonly<Record<keyof StackPorts, string>> = {
  api: 'the API',
  temporal: 'Temporal',
  temporalUi: 'Temporal UI',
  postgres: 'PostgreSQL',
  modelService: 'the model service',
  sandbox: 'the sandbox',
};

function sayBusyPorts(wanted: StackPorts, chosen: StackPorts, onNote: Progress): void {
  for (const name of Object.keys(PORT_OWNERS) as (keyof StackPorts)[]) {
    if (wanted[name] === 0 || wanted[name] === chosen[name]) continue;
    onNote(`port ${String(wanted[name])} is busy: ${PORT_OWNERS[name]} listens on ${String(chosen[name])}`);
  }
}

async function bringUpDatabase(options: WantedStack, children: StackChildren, port: number) {
  const { home, external = NOTHING_EXTERNAL, signal } = options;
  const secrets = readOrMakeSecrets(home);
  const ownerUrl = external.databaseOwnerUrl;
  if (ownerUrl === null) {
    const superuserPassword = secrets.database.superuser;
    await children.start('postgres', await postgresChild({ home, port, superuserPassword, signal }));
    await ensureEmbeddedDatabase(port, secrets);
  }
  const database = ownerUrl === null ? embeddedDatabase(port, secrets) : externalDatabase(ownerUrl, secrets);
  await migrateStackDatabase(database, secrets, options.onNote ?? (() => undefined));
  const { grants } = await loadCatalogue(options.cataloguePath ?? null);
  const derived = { linkSecret: linkSecretOf(secrets), webhookSecret: webhookSecretOf(secrets) };
  return { ...database, ...derived, keys: await ensureStackKeys(home, secrets, database.ownerUrl, grants) };
}

/** A port that it picks for itself may be taken before it listens there. */
const TEMPORAL_STARTS = 3;

async function bringUpTemporal(
  options: WantedStack,
  children: StackChildren,
  ports: { readonly temporal: number; readonly temporalUi: number },
): Promise<{ readonly address: string; readonly uiUrl: string | null }> {
  const { home, external = NOTHING_EXTERNAL, onNote = () => undefined, signal, claims } = options;
  if (external.temporalAddress !== null)
    return { address: external.temporalAddress, uiUrl: external.temporalUiUrl };
  const program = await locateTemporalServer(options.cacheHome ?? readDevConfig().cacheHome, onNote, signal);
  let { temporal: port, temporalUi: uiPort } = ports;
  for (let start = 1; ; start++) {
    try {
      await children.start('temporal', temporalChild({ program, home, port, uiPort }));
      return { address: `${LOCAL_HOST}:${String(port)}`, uiUrl: urlOf(LOCAL_HOST, uiPort) };
    } catch (error) {
      if (start === TEMPORAL_STARTS || signal.aborted) throw error;
      onNote('Temporal did not start; trying once more on other ports');
      ({ port, uiPort } = await claims.claim({ port: 0, uiPort: 0 }));
    }
  }
}

async function bringUpProcesses(
  options: StackOptions,
  children: StackChildren,
  addresses: StackAddresses,
  { bundle, pages }: { readonly bundle: string; readonly pages: string },
): Promise<void> {
  const { cataloguePath = null } = options;
  const catalogue = cataloguePath === null ? {} : { HOLDFAST_CATALOGUE: cataloguePath };
  await Promise.all([
    children.start(
      'model_service',
      nodeChild({
        name: 'model_service',
        entry: 'model-service/main.ts',
        env: modelServiceEnvironment(addresses, options.modelMode ?? 'render', options.instantMs ?? 0),
        stopTimeoutMs: STOP_TIMEOUT_MS.modelService,
      }),
    ),
    children.start(
      'worker',
      nodeChild({
        name: 'worker',
        entry: 'worker/main.ts',
        env: { ...workerEnvironment(addresses, bundle), ...catalogue, ...options.workerEnv },
        stopTimeoutMs: STOP_TIMEOUT_MS.worker,
      }),
    ),
    children.start(
      'api',
      nodeChild({
        name: 'api',
        entry: 'api/main.ts',
        env: { ...apiEnvironment(addresses, pages), ...catalogue, ...options.apiEnv },
        stopTimeoutMs: STOP_TIMEOUT_MS.api,
      }),
    ),
  ]);
}
