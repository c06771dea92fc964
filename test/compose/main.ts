import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { chooseFreePorts } from '../../dev/free-ports.ts';
import { readEnvFile } from '../packaging/compose-file.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { comeBackAfterDown, crashEachUnderLoad, deliverFirstJob, deliverMany } from './compose-steps.ts';
import { DockerEngine, whyNoEngine } from './docker-engine.ts';

/**
 * `npm run compose:check`: docker-compose.yml in a real container engine, as a project of its own on free ports. Ends with 0 when
 * all of it held, 1 when something did not, and 2 where there is no engine, with nothing checked.
 */
const EXIT_CODE = { held: 0, broken: 1, noEngine: 2 } as const;
const WORKERS = 4;
const CHECKOUT = path.join(import.meta.dirname, '..', '..');

process.exitCode = await check();

async function check(): Promise<number> {
  const lacking = await whyNoEngine();
  if (lacking !== null) {
    console.error(`compose:check: there is no container engine here, so nothing was checked (${lacking}).`);
    console.error('Without one, `npx vitest run test/image` runs docker-compose.yml as processes.');
    return EXIT_CODE.noEngine;
  }
  const { home, remove } = await makeTemporaryHome('compose-check');
  const { api, ui } = await chooseFreePorts({ api: 0, ui: 0 });
  const example = readEnvFile(await readFile(path.join(CHECKOUT, '.env.example'), 'utf8'));
  const passwords = Object.keys(example).filter((name) => name.endsWith('_PASSWORD'));
  const engine = new DockerEngine({
    project: 'holdfast-check',
    envFile: path.join(home, 'env'),
    variables: {
      ...example,
      ...Object.fromEntries(passwords.map((name) => [name, randomBytes(24).toString('hex')])),
      LINK_SECRETS: randomBytes(24).toString('hex'),
      API_PUBLISHED_PORT: String(api),
      TEMPORAL_UI_PORT: String(ui),
    },
  });
  const steps: Readonly<Record<string, () => Promise<void>>> = {
    'docker compose up --detach --wait': () => engine.up(),
    'first key, account and job': () => deliverFirstJob(engine),
    'every container crashes once under load': () => crashEachUnderLoad(engine),
    'down, other passwords, up': () => comeBackAfterDown(engine),
    [`--scale worker=${String(WORKERS)}`]: () => engine.scaleWorkers(WORKERS).then(() => deliverMany(engine)),
  };
  try {
    for (const [name, step] of Object.entries(steps)) await timed(name, step);
    return EXIT_CODE.held;
  } catch (error) {
    console.error(error);
    console.error(await engine.logs());
    return EXIT_CODE.broken;
  } finally {
    await engine.remove();
    await remove();
  }
}

async function timed(name: string, step: () => Promise<void>): Promise<void> {
  const startedAt = Date.now();
  console.log(`${name} ...`);
  await step();
  console.log(`${name}: held, ${String(Math.round((Date.now() - startedAt) / 1_000))} s`);
}
