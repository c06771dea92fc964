import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeJsonFile } from '../write-json-file.ts';

const KEY = z.object({ id: z.string(), secret: z.string() });
const SECRETS = z.object({
  database: z.object({ superuser: z.string(), api: z.string(), worker: z.string() }),
  /** Made once the database is up, and again when it no longer knows them. */
  keys: z.object({ platform: KEY, account: KEY, accountId: z.string() }).nullable(),
});

export type StackSecrets = z.output<typeof SECRETS>;
export type StackKeys = NonNullable<StackSecrets['keys']>;

/** The secrets of a home (`keys.json`, 0600), made at the first start. */
export function readOrMakeSecrets(home: string): StackSecrets {
  try {
    return SECRETS.parse(JSON.parse(readFileSync(secretsPath(home), 'utf8')));
  } catch {
    const secrets = { database: { superuser: draw(), api: draw(), worker: draw() }, keys: null };
    writeSecrets(home, secrets);
    return secrets;
  }
}

/** The secret of output links. */
export function linkSecretOf({ database }: StackSecrets): string {
  return createHash('sha256').update(`links ${database.api}`, 'utf8').digest('hex');
}

/** The secret of the model service's webhooks (Standard Webhooks). */
export function webhookSecretOf({ database }: StackSecrets): string {
  return `whsec_${createHash('sha256').update(`webhooks ${database.api}`, 'utf8').digest('base64')}`;
}

export function writeSecrets(home: string, secrets: StackSecrets): void {
  writeJsonFile(secretsPath(home), secrets);
}

function secretsPath(home: string): string {
  return path.join(home, 'keys.json');
}

function draw(): string {
  return randomBytes(24).toString('base64url');
}
