import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { ApiFixture } from './api-fixture.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', 'dev', 'main.ts');

/** The command line, against the API of a test and its database. */
export async function runHoldfast(
  api: ApiFixture,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: {
      PATH: '/usr/bin:/bin:/usr/local/bin',
      HOLDFAST_HOME: api.home,
      HOLDFAST_API_URL: api.url,
      HOLDFAST_PLATFORM_KEY: api.platformKey,
      DATABASE_URL: api.database.workerUrl,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}
