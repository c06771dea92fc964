import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { WORKER_NODE_FLAGS } from '../../dev/stack/node-child.ts';
import { TEMPORAL_SERVER_VERSION } from '../../dev/temporal-server/temporal-version.ts';
import { S3_SERVER_VERSION } from '../s3-server/locate-s3-server.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/work/workflow-names.ts';
import { SETTINGS } from '../../runtime/settings/settings.ts';
import {
  API_SETTINGS,
  CLI_SETTINGS,
  MIGRATE_SETTINGS,
  WORKER_SETTINGS,
} from '../../runtime/settings/config.ts';
import {
  compose,
  composeText,
  dockerfile,
  imageEnvironment,
  readCompose,
  readEnvFile,
  service,
} from './compose-file.ts';

/** For a supervisor that reads stdout, and for pages that do not lie beside the code: a container has neither. */
const NOT_FOR_CONTAINERS = ['READY_LINE', 'CONSOLE_PAGES'];

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const FILLED_IN = {
  POSTGRES_PASSWORD: 'a',
  TEMPORAL_DATABASE_PASSWORD: 'b',
  DATABASE_API_PASSWORD: 'c',
  DATABASE_WORKER_PASSWORD: 'd',
  LINK_SECRETS: 'e'.repeat(32),
};

describe('docker-compose.yml', () => {
  test.each([
    ['api', API_SETTINGS],
    ['worker', WORKER_SETTINGS],
    ['migrate', MIGRATE_SETTINGS],
    ['cli', CLI_SETTINGS],
  ] as const)('sets for %s every variable that its configuration knows, and no other', (name, known) => {
    const set = [...Object.keys(service(name).environment ?? {}), ...Object.keys(imageEnvironment())];
    const settable = known.filter((variable) => !NOT_FOR_CONTAINERS.includes(variable));
    expect(settable.filter((variable) => !set.includes(variable))).toEqual([]);
    // A variable that the image sets for all three may concern only one of them.
    const own = Object.keys(service(name).environment ?? {});
    const files = known
      .filter((variable) => 'isSecret' in SETTINGS[variable])
      .map((variable) => `${variable}_FILE`);
    expect(own.filter((variable) => ![...known, ...files].includes(variable))).toEqual([]);
    // A secret may be in a file, of each or of none.
    expect(files.filter((variable) => !own.includes(variable))).toEqual([]);
  });

  test('pins every image to an exact version, and Temporal to that of the dev server', () => {
    for (const [name, { image }] of Object.entries(compose.services)) {
      if (image.startsWith('holdfast')) continue;
      expect(image, name).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    }
    for (const name of ['temporal', 'temporal-schema', 'temporal-namespace']) {
      expect(service(name).image.split(':')[1], name).toBe(TEMPORAL_SERVER_VERSION);
    }
    const goModule = readFileSync(path.join(CHECKOUT, 'dev', 'temporal-server', 'go.mod'), 'utf8');
    expect(goModule).toContain(`go.temporal.io/server v${TEMPORAL_SERVER_VERSION} `);
    const s3Module = readFileSync(path.join(CHECKOUT, 'test', 's3-server', 'go.mod'), 'utf8');
    expect(s3Module).toContain(`github.com/versity/versitygw v${S3_SERVER_VERSION} `);
  });

  test('starts each thing only when what it needs is healthy or done', () => {
    for (const [name, { depends_on = {} }] of Object.entries(compose.services)) {
      // What makes PostgreSQL healthy cannot wait for that.
      if (name === 'database') continue;
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const isHealthChecked = service(needed).healthcheck !== undefined;
        const wanted = isHealthChecked ? 'service_healthy' : 'service_completed_successfully';
        expect(condition, `${name} on ${needed}`).toBe(wanted);
      }
    }
    const needs = (name: string) => Object.keys(service(name).depends_on ?? {});
    expect(needs('database')).toEqual(['postgres']);
    expect(needs('migrate')).toEqual(['database', 'postgres']);
    expect(needs('api')).toEqual(['migrate', 'temporal-namespace']);
    expect(needs('worker')).toEqual(['migrate', 'temporal-namespace', 'model-service']);
  });

  test('restarts what stays up, and each one-shot is waited for: else `up --wait` takes its end for a failure', () => {
    const isWaitedFor = (name: string) =>
      Object.values(compose.services).some(
        ({ depends_on = {} }) => depends_on[name]?.condition === 'service_completed_successfully',
      );
    const oneShots = ['database', 'temporal-schema', 'temporal-namespace', 'migrate'];
    for (const [name, { restart }] of Object.entries(compose.services)) {
      if (name === 'cli') continue;
      expect(isWaitedFor(name), name).toBe(oneShots.includes(name));
      expect(restart, name).toMatch(oneShots.includes(name) ? /^on-failure:\d+$/ : /^unless-stopped$/);
    }
  });

  test('checks the health of everything that stays up by what it does, not by an open port', () => {
    const healthOf = (name: string) => service(name).healthcheck?.test.join(' ') ?? '';
    // A query of the database that the processes use.
    expect(healthOf('postgres')).toMatch(/^CMD psql .*--dbname=holdfast .*SELECT 1$/);
    // Frontend, matching and persistence have to work for it.
    expect(healthOf('temporal')).toMatch(/^CMD wget .*\/namespaces\/temporal-system\/task-queues\//);
    // What these two tell is in test/api/meta/readiness.test.ts and test/image/.
    expect(healthOf('api')).toMatch(/probe\/main\.js http:\/\/127\.0\.0\.1:8787\/readyz$/);
    expect(healthOf('worker')).toMatch(/probe\/main\.js http:\/\/127\.0\.0\.1:9465\/readyz$/);
    for (const name of ['postgres', 'temporal', 'api', 'worker', 'model-service']) {
      const { interval, timeout, retries, start_period } = service(name).healthcheck ?? {};
      // Seconds each, so that what is broken is told within a minute.
      for (const time of [interval, timeout, start_period]) expect(time, name).toMatch(/^\d+s$/);
      expect(parseInt(interval ?? '', 10) * (retries ?? 0), name).toBeGreaterThanOrEqual(60);
    }
  });

  test('names the Compose that it needs, in the file and in README alike', () => {
    const NEEDED = /Docker Compose (\d+\.\d+) or newer/;
    const [file, readme] = ['docker-compose.yml', 'README.md'].map(
      (name) => NEEDED.exec(readFileSync(path.join(CHECKOUT, name), 'utf8'))?.[1],
    );
    expect(file).toMatch(/^2\./);
    expect(readme).toBe(file);
  });

  test('has a first process in each container that ends the others and forwards its signals', () => {
    // Its own image has one.
    const OF_ITS_OWN = ['temporal-ui'];
    for (const [name, { restart, init }] of Object.entries(compose.services)) {
      if (restart === 'unless-stopped' && !OF_ITS_OWN.includes(name)) expect(init, name).toBe(true);
    }
  });

  test('sets Temporal up for many servers, and tries what a new namespace does not know yet until it does', () => {
    expect(Number(service('temporal').environment?.['NUM_HISTORY_SHARDS'])).toBeGreaterThanOrEqual(512);
    const script = compose.configs['temporal_namespace']?.content ?? '';
    const steps = [...script.matchAll(/^(make_\w+)\(\) \{$/gm)].map(([, name]) => name);
    expect(steps).toHaveLength(2);
    for (const step of steps) expect(script).toMatch(new RegExp(`^eventually ${String(step)}$`, 'm'));
  });

  test('makes roles and databases only where they are not there, and their passwords each time', () => {
    const script = compose.configs['database']?.content ?? '';
    const made = [...script.matchAll(/'CREATE (?:ROLE|DATABASE)[^;]*?\\gexec/g)].map(([text]) => text);
    expect(made).toHaveLength(2);
    for (const text of made) expect(text).toContain('WHERE NOT EXISTS');
    expect(script.match(/^CREATE /gm)).toBeNull();
    expect(script.match(/PASSWORD :'\w+'/g)).toHaveLength(2);
    expect(script.match(/^ALTER ROLE \w+ (?:LOGIN )?PASSWORD/gm)).toHaveLength(2);
  });

  test('the server finds its parts on its own machine, not at an address that is another after a restart', () => {
    expect(service('temporal').environment).toMatchObject({
      BIND_ON_IP: '0.0.0.0',
      TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1',
    });
  });

  test('builds each image in one place, anew at every up, and tries to pull none of ours', () => {
    const ours = Object.entries(compose.services).filter(([, { image }]) => image.startsWith('holdfast'));
    for (const [name, { image, build, pull_policy }] of ours) {
      expect(pull_policy, name).toBe(build === undefined ? 'never' : 'build');
      const builders = ours.filter(([, other]) => other.image === image && other.build !== undefined);
      expect(builders.length, image).toBe(1);
      if (build !== undefined) expect(dockerfile).toContain(` AS ${build.target}\n`);
    }
    // It would be pulled from a registry before anything is built.
    expect(dockerfile).not.toMatch(/^#\s*syntax=/m);
  });

  test('links lead to where things are published, also on other ports', () => {
    const linksOf = (variables: Record<string, string>) => {
      const { environment } = service('api', readCompose({ ...FILLED_IN, ...variables }));
      return [environment?.['PUBLIC_URL'], environment?.['TEMPORAL_UI_URL']];
    };
    expect(linksOf({})).toEqual(['http://127.0.0.1:8787', 'http://127.0.0.1:8080']);
    expect(linksOf({ API_PUBLISHED_PORT: '9000', TEMPORAL_UI_PORT: '9001' })).toEqual([
      'http://127.0.0.1:9000',
      'http://127.0.0.1:9001',
    ]);
    expect(linksOf({ PUBLIC_URL: 'https://a.example', TEMPORAL_UI_URL: 'https://b.example' })).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });

  test('brings the sandbox as a profile, which .env.example switches on with its address', () => {
    expect(service('model-service').profiles).toEqual(['sandbox']);
    expect(service('worker').depends_on?.['model-service']?.required).toBe(false);
    const example = readEnvFile(readFileSync(path.join(CHECKOUT, '.env.example'), 'utf8'));
    const { MODEL_SERVICE_PORT } = service('model-service').environment ?? {};
    expect(example).toMatchObject({
      COMPOSE_PROFILES: 'sandbox',
      MODEL_SERVICE_URL: `http://model-service:${String(MODEL_SERVICE_PORT)}`,
    });
    for (const name of ['api', 'worker']) {
      expect(
        service(name, readCompose({ ...FILLED_IN, ...example, ...FILLED_IN })).environment,
        name,
      ).toMatchObject({
        MODEL_SERVICE_URL: example['MODEL_SERVICE_URL'],
      });
    }
  });

  test('runs an operator’s command in the image, on record with the name of who is at the terminal', () => {
    expect(service('cli').profiles).toEqual(['cli']);
    const actorOf = (variables: Record<string, string>) =>
      service('cli', readCompose({ ...FILLED_IN, ...variables })).environment?.['HOLDFAST_ACTOR'];
    expect([
      actorOf({ USER: 'ana' }),
      actorOf({ USER: 'ana', HOLDFAST_ACTOR: 'support' }),
      actorOf({}),
    ]).toEqual(['ana', 'support', '']);
  });

  test('keeps data in named volumes, assets in one that API and workers share', () => {
    expect(service('postgres').volumes).toEqual([
      'postgres-data:/var/lib/postgresql',
      'postgres-socket:/var/run/postgresql',
    ]);
    expect(service('api').volumes).toEqual(service('worker').volumes);
    for (const { volumes = [] } of Object.values(compose.services)) {
      for (const volume of volumes.filter((one) => !one.endsWith(':ro')))
        expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    }
  });

  test('gives API and workers the folder of another catalogue, to read, and the name of its file', () => {
    const page = readFileSync(path.join(CHECKOUT, 'docs/your-own-catalogue.md'), 'utf8');
    const own = readEnvFile(/^```ini\n(.*?)^```$/ms.exec(page)?.[1] ?? '');
    expect(Object.keys(own)).toEqual(['CATALOGUE_FOLDER', 'HOLDFAST_CATALOGUE']);
    expect(own['HOLDFAST_CATALOGUE']).toMatch(/^\/etc\/holdfast\/catalogues\/./);
    for (const name of ['api', 'worker']) {
      const given = service(name, readCompose({ ...FILLED_IN, ...own }));
      expect(given.volumes).toContain(`${String(own['CATALOGUE_FOLDER'])}:/etc/holdfast/catalogues:ro`);
      expect(given.environment?.['HOLDFAST_CATALOGUE']).toBe(own['HOLDFAST_CATALOGUE']);
      // The shipped one, and a folder that is in every checkout: Docker would make one that is not there.
      const shipped = service(name, readCompose(FILLED_IN));
      expect(shipped.volumes).toContain('./examples/catalogues:/etc/holdfast/catalogues:ro');
      expect(shipped.environment?.['HOLDFAST_CATALOGUE']).toBe('');
    }
  });

  test('lets workers be scaled: no published port, no fixed name', () => {
    expect(service('worker').ports).toBeUndefined();
    expect(composeText).not.toContain('container_name');
  });

  test('publishes ports on this machine only', () => {
    for (const { ports = [] } of Object.values(compose.services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  test('has no default for a secret, and .env.example names each that is needed', () => {
    const required = new Set([...composeText.matchAll(/\$\{([A-Z_]+):\?/g)].map((match) => match[1]));
    expect([...required].sort()).toEqual([
      'DATABASE_API_PASSWORD',
      'DATABASE_WORKER_PASSWORD',
      'LINK_SECRETS',
      'POSTGRES_PASSWORD',
      'TEMPORAL_DATABASE_PASSWORD',
    ]);
    expect(composeText).not.toMatch(/\$\{[A-Z_]*(PASSWORD|SECRET|KEY)[A-Z_]*:-[^}]/);
    const example = readFileSync(path.join(CHECKOUT, '.env.example'), 'utf8');
    for (const name of required) expect(example).toMatch(new RegExp(`^${String(name)}=$`, 'm'));
  });

  test('runs what exists: its configs, volumes and the entry points of the image', () => {
    for (const { configs = [] } of Object.values(compose.services)) {
      for (const { source } of configs) expect(Object.keys(compose.configs)).toContain(source);
    }
    const entries = ['api', 'worker', 'migrate'].map((name) => service(name).command?.at(-1));
    expect(entries).toEqual(['dist/api/main.js', 'dist/worker/main.js', 'dist/runtime/migrate/main.js']);
    // What was measured of a worker's memory was measured with these.
    expect(service('worker').command).toEqual(expect.arrayContaining([...WORKER_NODE_FLAGS]));
    for (const setting of ['ARENA_MAX=2', 'MMAP_THRESHOLD_=131072', 'TRIM_THRESHOLD_=131072'])
      expect(dockerfile).toContain(`MALLOC_${setting}`);
    expect(service('cli').entrypoint?.at(-1)).toBe('dist/cli/main.js');
  });

  test('registers the search attributes that the workflows use, and no other', () => {
    const script = compose.configs['temporal_namespace']?.content ?? '';
    const made = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => [
      name,
      type?.toUpperCase(),
    ]);
    expect(made).toEqual(Object.entries(SEARCH_ATTRIBUTES));
  });
});

describe('the scripts of docker-compose.yml', () => {
  const scripts = Object.entries(readCompose(FILLED_IN).configs).filter(([, { content }]) =>
    content.startsWith('set -eu'),
  );

  test.each(scripts)('%s can be parsed by a shell', (_name, { content }) => {
    expect(syntaxErrorOf(content)).toBe('');
  });

  test('one with a line that is not continued cannot: `docker compose up` never started with it', () => {
    const loop = (continued: string) => `set -eu
      for attribute in HoldfastCredits=Int HoldfastStuckSince=Datetime${continued}
          HoldfastUnknownSince=Datetime HoldfastFailure=Keyword; do
        echo "$attribute"
      done`;
    expect(syntaxErrorOf(loop(''))).toMatch(/syntax error|unexpected/i);
    expect(syntaxErrorOf(loop(' \\'))).toBe('');
  });

  test('every script is run by a service, and what runs a shell runs such a script', () => {
    expect(scripts.map(([name]) => name)).toEqual([
      'postgres_start',
      'database',
      'temporal_schema',
      'temporal_namespace',
    ]);
    for (const { entrypoint = [], configs = [] } of Object.values(compose.services)) {
      if (entrypoint[0] !== '/bin/sh') continue;
      const script = configs.find(({ target }) => target === entrypoint[1]);
      expect(scripts.map(([name]) => name)).toContain(script?.source);
    }
  });
});

/** The faults that a POSIX shell finds in a script without running it. */
function syntaxErrorOf(script: string): string {
  const { stderr, error } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stderr;
}
