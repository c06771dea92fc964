import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SEARCH_ATTRIBUTES } from '../../domain/workflow-names.ts';
import { API_SETTINGS, MIGRATE_SETTINGS, WORKER_SETTINGS } from '../../runtime/config.ts';
import { compose, composeText, imageEnvironment, service } from './compose-file.ts';

/** Asked for by a supervisor that reads stdout; nobody does in a container. */
const NOT_FOR_CONTAINERS = ['READY_LINE'];

describe('docker-compose.yml', () => {
  test.each([
    ['api', API_SETTINGS],
    ['worker', WORKER_SETTINGS],
    ['migrate', MIGRATE_SETTINGS],
  ] as const)('sets for %s every variable that its configuration knows, and no other', (name, known) => {
    const set = [...Object.keys(service(name).environment ?? {}), ...imageEnvironment()];
    const settable = known.filter((variable) => !NOT_FOR_CONTAINERS.includes(variable));
    expect(settable.filter((variable) => !set.includes(variable))).toEqual([]);
    // What the image sets for all three may concern only one of them.
    const own = Object.keys(service(name).environment ?? {});
    expect(own.filter((variable) => !(known as readonly string[]).includes(variable))).toEqual([]);
  });

  test('pins every image to an exact version', () => {
    for (const [name, { image }] of Object.entries(compose.services)) {
      if (image.startsWith('holdfast:')) continue;
      expect(image, name).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    }
  });

  test('starts each thing only when what it needs is healthy or done', () => {
    for (const [name, { depends_on = {} }] of Object.entries(compose.services)) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const isHealthChecked = service(needed).healthcheck !== undefined;
        const wanted = isHealthChecked ? 'service_healthy' : 'service_completed_successfully';
        expect(condition, `${name} on ${needed}`).toBe(wanted);
      }
    }
    const needs = (name: string) => Object.keys(service(name).depends_on ?? {});
    expect(needs('migrate')).toEqual(['postgres']);
    expect(needs('api')).toEqual(['migrate', 'temporal-namespace']);
    expect(needs('worker')).toEqual(['migrate', 'temporal-namespace']);
  });

  test('checks the health of everything that stays up', () => {
    for (const name of ['postgres', 'temporal', 'api', 'worker']) {
      expect(service(name).healthcheck, name).toBeDefined();
    }
  });

  test('keeps data in named volumes, assets in one that API and workers share', () => {
    expect(service('postgres').volumes).toEqual(['postgres-data:/var/lib/postgresql']);
    expect(service('api').volumes).toEqual(service('worker').volumes);
    for (const { volumes = [] } of Object.values(compose.services)) {
      for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
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
      'POSTGRES_PASSWORD',
      'TEMPORAL_DATABASE_PASSWORD',
    ]);
    expect(composeText).not.toMatch(/\$\{[A-Z_]*(PASSWORD|SECRET|KEY)[A-Z_]*:-[^}]/);
    const example = readFileSync(path.join(import.meta.dirname, '..', '..', '.env.example'), 'utf8');
    for (const name of required) expect(example).toMatch(new RegExp(`^${String(name)}=$`, 'm'));
  });

  test('runs what exists: its configs, volumes and the entry points of the image', () => {
    for (const { configs = [] } of Object.values(compose.services)) {
      for (const { source } of configs) expect(Object.keys(compose.configs)).toContain(source);
    }
    const entries = ['api', 'worker', 'migrate'].map((name) => service(name).command?.at(-1));
    expect(entries).toEqual(['dist/api/main.js', 'dist/worker/main.js', 'dist/runtime/migrate/main.js']);
  });

  test('registers the search attributes that the workflows use', () => {
    const script = compose.configs['temporal_namespace']?.content ?? '';
    for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES)) {
      expect(script.toLowerCase()).toContain(`${name}=${type}`.toLowerCase());
    }
  });
});
