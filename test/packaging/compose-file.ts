import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { interpolate, type ComposeVariables } from './interpolate.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

const BUILD = z.strictObject({ context: z.literal('.'), target: z.string() });

/** The part of the compose specification that docker-compose.yml uses; anything else in it is a mistake. */
const SERVICE = z.strictObject({
  image: z.string(),
  build: BUILD.optional(),
  pull_policy: z.enum(['build', 'never']).optional(),
  profiles: z.array(z.string()).optional(),
  user: z.string().optional(),
  stop_signal: z.enum(['SIGINT', 'SIGTERM']).optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  restart: z.string().optional(),
  init: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  shm_size: z.string().optional(),
  stop_grace_period: z.string().optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({
        condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
        required: z.boolean().optional(),
      }),
    )
    .optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  configs: z
    .array(z.strictObject({ source: z.string(), target: z.string(), mode: z.number().optional() }))
    .optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).min(2),
      interval: z.string(),
      timeout: z.string(),
      retries: z.number(),
      start_period: z.string(),
    })
    .optional(),
});

const COMPOSE = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), SERVICE),
  volumes: z.record(z.string(), z.null()),
  configs: z.record(z.string(), z.strictObject({ content: z.string() })),
});

export type ComposeService = z.output<typeof SERVICE>;

export type ComposeFile = z.output<typeof COMPOSE>;

export const composeText = readFileSync(path.join(CHECKOUT, 'docker-compose.yml'), 'utf8');
/** The file as it stands, with nothing filled in. */
export const compose = COMPOSE.parse(parse(composeText, { merge: true }));
export const dockerfile = readFileSync(path.join(CHECKOUT, 'Dockerfile'), 'utf8');

/** The file as Compose sees it under these variables. Throws when one that is needed is not set. */
export function readCompose(variables: ComposeVariables): ComposeFile {
  return COMPOSE.parse(filledIn(parse(composeText, { merge: true }), variables));
}

/** The `NAME=value` lines of an env file. */
export function readEnvFile(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

export function service(name: string, file: ComposeFile = compose): ComposeService {
  const found = file.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** The environment that a target of the Dockerfile sets for every process in it. */
export function imageEnvironment(target = 'holdfast'): Readonly<Record<string, string>> {
  const stage =
    dockerfile.split(/^FROM /m).find((text) => text.split('\n')[0]?.endsWith(` AS ${target}`)) ?? '';
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(stage)?.[1] ?? '';
  return Object.fromEntries(
    [...block.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

function filledIn(node: unknown, variables: ComposeVariables): unknown {
  if (typeof node === 'string') return interpolate(node, variables);
  if (Array.isArray(node)) return node.map((one) => filledIn(one, variables));
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, filledIn(value, variables)]));
}
