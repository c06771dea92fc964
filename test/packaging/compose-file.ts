import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

/** The part of the compose specification that docker-compose.yml uses; anything else in it is a mistake. */
const SERVICE = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
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
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
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

export const composeText = readFileSync(path.join(CHECKOUT, 'docker-compose.yml'), 'utf8');
export const compose = COMPOSE.parse(parse(composeText, { merge: true }));
export const dockerfile = readFileSync(path.join(CHECKOUT, 'Dockerfile'), 'utf8');

export function service(name: string): ComposeService {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** What the image sets for every process. */
export function imageEnvironment(): readonly string[] {
  const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1] ?? '';
  return [...block.matchAll(/([A-Z_]+)=/g)].map((match) => match[1] ?? '');
}
