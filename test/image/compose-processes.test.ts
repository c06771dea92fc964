import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readComposeTestConfig, readDevConfig } from '../../dev/dev-config.ts';
import { findServerBinaries } from '../../dev/postgres/server-binaries.ts';
import { findServerUser } from '../../dev/postgres/server-user.ts';
import { buildClusterPrograms } from '../../dev/temporal-server/build-cluster-programs.ts';
import { locateTemporalServer } from '../../dev/temporal-server/locate-temporal-server.ts';
import { findGo } from '../../dev/temporal-server/programs.ts';
import { imageEnvironment, readCompose, readEnvFile } from '../packaging/compose-file.ts';
import type { ImageContent } from '../harness/image-content.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { ComposeCustomer } from '../compose/compose-customer.ts';
import { comeBackAfterDown, crashEachUnderLoad, deliverFirstJob } from '../compose/compose-steps.ts';
import { ComposeProject } from './engine/compose-project.ts';
import type { FindImage, Image } from './engine/image.ts';
import { ProcessEngine } from './engine/process-engine.ts';
import { untilImageContent } from './until-image-content.ts';
import { openPrivateNetwork, whyNoContainers, type PrivateNetwork } from './engine/private-network.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** From nothing to healthy: 25 s were measured on two busy cores. */
const UP_WITHIN_MS = 180_000;
/** Not on this machine, and nothing of ours waits for it. */
const LEFT_OUT = ['temporal-ui'];

const lacks = (await whyNoContainers()) ?? ((await findGo()) === null ? 'there is no Go toolchain' : null);
if (lacks !== null) {
  const message = `test/image/compose-processes.test.ts needs root on Linux, util-linux, iproute2, psql, wget and Go: ${lacks}`;
  if (readComposeTestConfig().isRequired) throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
}

/** As a person fills in .env.example. */
async function environmentFile(): Promise<Record<string, string>> {
  const example = readEnvFile(await readFile(path.join(CHECKOUT, '.env.example'), 'utf8'));
  const passwords = Object.keys(example).filter((name) => name.endsWith('PASSWORD'));
  return {
    ...example,
    LINK_SECRETS: 'x'.repeat(48),
    HOLDFAST_CATALOGUE: '/etc/holdfast/catalogues/one-more-kind/one-more-kind.mjs',
    ...Object.fromEntries(passwords.map((name) => [name, `${name.replaceAll('_', '')}first`])),
  };
}

describe.skipIf(lacks !== null)('docker-compose.yml, with processes for containers', () => {
  let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
  let network: PrivateNetwork;
  let project: ComposeProject;
  let engine: ProcessEngine;
  let projectIn: (network: PrivateNetwork, name: string) => ComposeProject;

  beforeAll(async () => {
    const say = (line: string) => process.stderr.write(`${line}\n`);
    const { cacheHome } = readDevConfig();
    const go = (await findGo()) ?? '';
    const cluster = await buildClusterPrograms(go, cacheHome, say);
    const cli = await locateTemporalServer(cacheHome, say);
    const postgresUser = (await findServerUser()) ?? { uid: 0, gid: 0 };
    const { postgres } = await findServerBinaries(postgresUser);
    home = await makeTemporaryHome('compose');
    await chmod(home.home, 0o755);
    const temporalPrograms = await folderOfPrograms(path.join(home.home, 'programs'), {
      'temporal-server': cluster.server,
      'temporal-sql-tool': cluster.sqlTool,
      ...(cli === 'temporal' ? {} : { temporal: cli }),
    });
    const programs = { postgres: path.dirname(postgres), temporal: temporalPrograms };
    const findImage = imagesOf(await untilImageContent(), programs);
    projectIn = ({ enter }, name) =>
      new ComposeProject({ home: path.join(home.home, name), enterNetwork: enter, postgresUser }, findImage, {
        isLeftOut: (service) => LEFT_OUT.includes(service),
      });
    network = await openPrivateNetwork();
    project = projectIn(network, 'project');
    const variables = await environmentFile();
    engine = new ProcessEngine({ project, network, variables, upWithinMs: UP_WITHIN_MS });
  }, 1_200_000);

  afterAll(async () => {
    await project.down();
    await network.close();
    await home.remove();
  });

  test('comes up from nothing, each one-shot at its first try', async () => {
    await engine.up();
    for (const name of ['database', 'temporal-schema', 'temporal-namespace', 'migrate']) {
      expect(project.exitCodesOf(name), name).toEqual([0]);
    }
  });

  test('sells by the catalogue file of this machine that .env names', async () => {
    const customer = await ComposeCustomer.open(engine);
    expect(await customer.kindsOffered()).toEqual(['static_ad', 'video_ad', 'menu_card']);
  });

  test('delivers the first job, by the commands of the README', () => deliverFirstJob(engine));

  test('API and worker are unhealthy while Temporal does not respond, and healthy again after', async () => {
    const healthOf = () => Promise.all(['api', 'worker'].map((name) => project.isHealthy(name)));
    expect(await healthOf()).toEqual([true, true]);
    for (const [signal, expected] of [
      ['SIGSTOP', false],
      ['SIGCONT', true],
    ] as const) {
      project.signal('temporal', signal);
      await expect.poll(healthOf, { timeout: 20_000, interval: 200 }).toEqual([expected, expected]);
    }
  });

  test('charges what it delivers while every process crashes once', () => crashEachUnderLoad(engine));

  test('serves at once after down and up, with balances kept and passwords changed', () =>
    comeBackAfterDown(engine));

  test('a first start that was cut short at any instant is finished by the next', async () => {
    const otherNetwork = await openPrivateNetwork();
    const other = projectIn(otherNetwork, 'cut-short');
    const file = readCompose(await environmentFile());
    const cluster = path.join(home.home, 'cut-short', 'volumes', 'postgres-data', '18');
    // In the middle of initdb; then with a cluster, but before its roles and databases are made.
    for (const [isThere, name] of [
      [path.join(cluster, 'docker.new'), 'database'],
      [path.join(cluster, 'docker'), 'postgres'],
    ] as const) {
      const starting = other.up(file, [], UP_WITHIN_MS, [name]).catch(() => undefined);
      await expect.poll(() => existsSync(isThere), { timeout: 20_000, interval: 10 }).toBe(true);
      await other.killAll();
      await starting;
    }
    await other.up(file, [], UP_WITHIN_MS, ['migrate']);
    expect(other.exitCodesOf('migrate')).toEqual([0]);
    await other.down();
    await otherNetwork.close();
  });
});

function imagesOf(
  { app, context }: ImageContent,
  programs: { readonly postgres: string; readonly temporal: string },
): FindImage {
  const bare = { environment: {}, workingDirectory: '/', command: [], folders: {} };
  const images: Readonly<Record<string, Image>> = {
    postgres: { ...bare, programs: [programs.postgres] },
    'temporalio/admin-tools': { ...bare, programs: [programs.temporal] },
    'temporalio/server': { ...bare, programs: [programs.temporal] },
    holdfast: {
      programs: [],
      environment: imageEnvironment('holdfast'),
      workingDirectory: '/app',
      command: ['node', '--enable-source-maps', 'dist/api/main.js'],
      folders: { '/app': app },
    },
    'holdfast-sandbox': {
      programs: [],
      environment: imageEnvironment('sandbox'),
      workingDirectory: '/app',
      command: ['node', '--import', 'tsx', 'model-service/main.ts'],
      folders: { '/app': context },
    },
  };
  return ({ image }) => {
    const found = images[image.split(':')[0] ?? ''];
    if (found === undefined) throw new Error(`no image ${image} on this machine`);
    return found;
  };
}

async function folderOfPrograms(folder: string, programs: Readonly<Record<string, string>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, file] of Object.entries(programs)) await symlink(file, path.join(folder, name));
  return folder;
}
