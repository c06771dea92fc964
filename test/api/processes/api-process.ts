import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';
import { compileProcess } from '../../../dev/stack/compile-process.ts';
import type { ApiFixture } from '../api-fixture.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');

export type ApiProcess = {
  readonly url: string;
  readonly port: number;
  /** Tells it to end, as an orchestrator does. Resolves with its exit code once it has. */
  readonly end: () => Promise<number | null>;
};

/** An API in a process of its own, on the database of a fixture, once it takes work. Port 0: a free one. */
export async function startApiProcess(
  api: ApiFixture,
  settings: Readonly<Record<string, string>>,
  port = 0,
): Promise<ApiProcess> {
  const child = spawn(process.execPath, [await compileProcess('api/main.ts')], {
    cwd: CHECKOUT,
    env: {
      PATH: path.dirname(process.execPath),
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      READY_LINE: 'true',
      API_PORT: String(port),
      DATABASE_URL: api.database.apiUrl,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      ASSET_HOME: api.home,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const ready = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { readonly ready?: true; readonly port?: number };
      if (said.ready === true && said.port !== undefined) resolve(said.port);
    });
    void ended.then(([code]) => reject(new Error(`the API ended with ${String(code)} before it was ready`)));
  });
  const servedPort = await ready;
  return {
    url: `http://127.0.0.1:${String(servedPort)}`,
    port: servedPort,
    end: async () => {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
