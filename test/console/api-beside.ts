import { bundleConsolePages } from '../../dev/stack/bundle-console-pages.ts';
import { nodeChild } from '../../dev/stack/node-child.ts';
import { apiEnvironment, urlOf } from '../../dev/stack/process-environment.ts';
import { externalDatabase } from '../../dev/stack/stack-database.ts';
import { readRunningStack } from '../../dev/stack/stack-info.ts';
import { linkSecretOf, readOrMakeSecrets } from '../../dev/stack/stack-secrets.ts';
import { createPortClaims, LOCAL_HOST } from '../../dev/free-ports.ts';
import type { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { runChild } from '../harness/run-child.ts';
import { SHARED_CATALOGUE, type ConsoleAddresses } from './start-console.ts';

/** Another API of a stack, in a process and at a port of its own, for a test that kills it. */
export type ApiBeside = {
  readonly url: string;
  /** Kills it with SIGKILL. It stays dead until `start`. */
  readonly kill: () => Promise<void>;
  /** Starts it at the same port. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startApiBeside({ home }: ConsoleAddresses): Promise<ApiBeside> {
  const info = await readRunningStack(home);
  if (info === null) throw new Error(`no stack runs in ${home}`);
  const secrets = readOrMakeSecrets(home);
  const database = externalDatabase(info.database_owner_url, secrets);
  const claims = createPortClaims();
  const { api: port } = await claims.claim({ api: 0 });
  const addresses = {
    home,
    apiDatabaseUrl: database.apiUrl,
    workerDatabaseUrl: database.workerUrl,
    temporalAddress: info.temporal_address,
    temporalUiUrl: info.temporal_ui_url,
    taskQueue: 'holdfast',
    host: LOCAL_HOST,
    apiPort: port,
    modelServicePort: Number(new URL(info.model_service_url).port),
    linkSecret: linkSecretOf(secrets),
    webhooks: null,
  };
  const env = {
    ...apiEnvironment(addresses, await bundleConsolePages()),
    HOLDFAST_CATALOGUE: SHARED_CATALOGUE,
  };
  const spec = {
    ...nodeChild({ name: 'api', entry: 'api/main.ts', env, stopTimeoutMs: 8_000 }),
    name: 'api-beside',
  };
  let child: SupervisedChild = await runChild(spec, home);
  return {
    url: urlOf(LOCAL_HOST, port),
    async kill() {
      child.signal('SIGKILL');
      await child.stop();
    },
    async start() {
      child = await runChild(spec, home);
    },
    async stop() {
      await child.stop();
      await claims.release();
    },
  };
}
