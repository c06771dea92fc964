import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { compileProcess } from '../../../dev/stack/compile-process.ts';
import { LOCAL_HOST } from '../../../dev/free-ports.ts';
import { bundleWorkflows } from '../../../dev/stack/workflow-bundle.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { createTestDatabase, type TestDatabase } from '../../harness/test-database.ts';

/** Each process as an operator starts it with one fault. A privileged port: nothing listens there. */
const NOTHING = `${LOCAL_HOST}:1`;
const ENTRIES = {
  api: 'api/main.ts',
  worker: 'worker/main.ts',
  migrate: 'runtime/migrate/main.ts',
  modelService: 'model-service/main.ts',
} as const;
type Entry = keyof typeof ENTRIES;

let database: TestDatabase;
let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let bundle: string;
const taken = createServer();
beforeAll(async () => {
  database = await createTestDatabase();
  home = await makeTemporaryHome('start-faults');
  bundle = await bundleWorkflows();
  await writeFile(fileOf('garbage'), 'garbage(');
  await writeFile(fileOf('empty.mjs'), 'export const catalogue = (tools) => tools.defineCatalogue({});');
  await new Promise<void>((resolve) => taken.listen(0, LOCAL_HOST, resolve));
});
afterAll(async () => {
  taken.close();
  await database.close();
  await home.remove();
});

const fileOf = (name: string) => path.join(home.home, name);
const takenPort = () => String((taken.address() as AddressInfo).port);

function environmentOf(entry: Entry): Record<string, string> {
  if (entry === 'modelService') return { MODEL_SERVICE_HOME: fileOf('model-service') };
  if (entry === 'migrate') {
    const password = 'x'.repeat(32);
    return {
      DATABASE_OWNER_URL: `postgresql://o:s3cret@${NOTHING}/holdfast`,
      DATABASE_API_PASSWORD: password,
      DATABASE_WORKER_PASSWORD: password,
    };
  }
  return {
    DATABASE_URL: entry === 'api' ? database.apiUrl : database.workerUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_TASK_QUEUE: 'start-faults',
    ASSET_HOME: fileOf('assets'),
    WORKFLOW_BUNDLE: bundle,
    API_PORT: '0',
    LINK_SECRETS: 'x'.repeat(40),
  };
}

async function start(entry: Entry, settings: Record<string, string>) {
  const program = await compileProcess(ENTRIES[entry]);
  const env = { PATH: path.dirname(process.execPath), ...environmentOf(entry), ...settings };
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [program], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code, stdout, stderr });
    });
  });
}

type Case = readonly [fault: string, entry: Entry, settings: () => Record<string, string>, says: RegExp];

const CASES: readonly Case[] = [
  [
    'a setting is missing',
    'api',
    () => ({ DATABASE_URL: '' }),
    /^The conf.*:\n {2}DATABASE_URL is not set\./,
  ],
  ['a setting is wrong', 'worker', () => ({ PROVIDER_LIMITS: 'x' }), /\n {2}PROVIDER_LIMITS is not valid\./],
  ['a setting is missing', 'migrate', () => ({ DATABASE_OWNER_URL: '' }), /DATABASE_OWNER_URL is not set/],
  ['a setting is wrong', 'modelService', () => ({ MODEL_SERVICE_PORT: 'x' }), /\n {2}MODEL_SERVICE_PORT: /],
  ['a key’s file is missing', 'worker', () => ({ FAL_KEY_FILE: fileOf('none') }), /FAL_KEY_FILE names a/],
  ['the port is taken', 'api', () => ({ API_PORT: takenPort() }), /EADDRINUSE.* set API_HOST and API_PORT/],
  [
    'the port of its health is taken',
    'worker',
    () => ({ WORKER_HEALTH_ADDRESS: `${LOCAL_HOST}:${takenPort()}` }),
    /EADDRINUSE.* set WORKER_HEALTH_ADDRESS/,
  ],
  [
    'the port of its metrics is taken',
    'worker',
    () => ({ WORKER_METRICS_ADDRESS: `${LOCAL_HOST}:${takenPort()}` }),
    /WORKER_METRICS_ADDRESS cannot be used: .*in use/,
  ],
  [
    'the port is taken',
    'modelService',
    () => ({ MODEL_SERVICE_PORT: takenPort() }),
    /EADDRINUSE.* MODEL_SERVICE_PORT/,
  ],
  [
    'the folder is a file',
    'modelService',
    () => ({ MODEL_SERVICE_HOME: fileOf('garbage') }),
    /EEXIST.* MODEL_SERVICE_HOME names it/,
  ],
  [
    'the catalogue is missing',
    'api',
    () => ({ HOLDFAST_CATALOGUE: fileOf('none') }),
    /there is no such file/,
  ],
  ['the catalogue is wrong', 'worker', () => ({ HOLDFAST_CATALOGUE: fileOf('empty.mjs') }), /\n {2}kinds: /],
  ['the assets’ folder is a file', 'api', () => ({ ASSET_HOME: fileOf('garbage') }), /ENOTDIR.* ASSET_HOME/],
  ['the bundle is none', 'worker', () => ({ WORKFLOW_BUNDLE: fileOf('garbage') }), /WORKFLOW_BUNDLE names/],
  ['PostgreSQL is away', 'migrate', () => ({}), /schema is as it was\. .*ECONNREFUSED.* DATABASE_OWNER_URL/],
  [
    'the namespace is missing',
    'worker',
    () => ({ TEMPORAL_NAMESPACE: 'none' }),
    /no namespace none\..*TEMPORAL_NAMESPACE \(none\)/,
  ],
  [
    'Temporal is away',
    'worker',
    () => ({ TEMPORAL_ADDRESS: NOTHING }),
    /be reached\..*TEMPORAL_ADDRESS \(127/,
  ],
];

describe('a process that cannot start ends with code 1 and says once, on stderr alone, what to mend', () => {
  test.concurrent.for(CASES)('%s: %s', async ([, entry, settings, says], { expect }) => {
    const { code, stdout, stderr } = await start(entry, settings());
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr.match(new RegExp(says.source, 'g'))).toHaveLength(1);
    expect(stderr).not.toMatch(/\n {4}at |Node\.js v|faults: \[|s3cret/);
    expect(stdout).not.toContain('"level":"fatal"');
  });
});
