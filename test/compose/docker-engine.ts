import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ComposeEngine, HttpRequest, Output } from './compose-engine.ts';

const run = promisify(execFile);
const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** The first `up` pulls images and builds ours. */
const COMMAND_TIMEOUT_MS = 20 * 60_000;
const HEALTHY_WITHIN_MS = 180_000;
const PAUSE_MS = 1_000;
const REQUEST_TIMEOUT_MS = 60_000;
const LONGEST_OUTPUT_BYTES = 16 * 1024 * 1024;

const STATE = z.looseObject({ Service: z.string(), State: z.string(), Health: z.string() });

/** Why no container engine can be used, or null when one can. */
export async function whyNoEngine(): Promise<string | null> {
  const output = await execute('docker', ['info', '--format', '{{.ServerVersion}}']);
  if (output.code !== 0) return `docker info: ${output.stderr.trim() || 'no docker on PATH'}`;
  const version = await execute('docker', ['compose', 'version', '--short']);
  const [major = 0, minor = 0] = version.stdout.trim().replace(/^v/, '').split('.').map(Number);
  const isNewEnough = major > 2 || (major === 2 && minor >= 24);
  return isNewEnough
    ? null
    : `Docker Compose 2.24 or newer is needed: ${version.stdout}${version.stderr}`.trim();
}

/** docker-compose.yml in a real engine, as a project of its own with a file of its own in place of `.env`. */
export class DockerEngine implements ComposeEngine {
  readonly variables: Record<string, string>;
  readonly #project: string;
  readonly #envFile: string;
  #workers = 1;

  constructor(options: {
    readonly project: string;
    readonly envFile: string;
    readonly variables: Readonly<Record<string, string>>;
  }) {
    this.#project = options.project;
    this.#envFile = options.envFile;
    this.variables = { ...options.variables };
  }

  async up(): Promise<void> {
    await this.#mustCompose('up', '--detach', '--wait', '--scale', `worker=${String(this.#workers)}`);
  }

  async scaleWorkers(workers: number): Promise<void> {
    this.#workers = workers;
    await this.up();
    const healthy = (await this.#states('worker')).filter(({ Health }) => Health === 'healthy');
    if (healthy.length !== workers)
      throw new Error(`${String(healthy.length)} of ${String(workers)} workers are healthy`);
  }

  async down(): Promise<void> {
    await this.#mustCompose('down');
  }

  async remove(): Promise<void> {
    await this.#compose('down', '--volumes', '--remove-orphans');
  }

  async run(service: string, args: readonly string[]): Promise<Output> {
    return this.#compose('run', '--rm', '-T', service, ...args);
  }

  /** All but process 1, which is the engine's `init`, and ends with them: `docker kill` would switch the restart policy off. */
  async crash(service: string): Promise<void> {
    const started = await this.#startedAt(service);
    await this.#compose('exec', '-T', service, 'sh', '-c', 'kill -KILL -1');
    const until = Date.now() + HEALTHY_WITHIN_MS;
    while ((await this.#startedAt(service)) === started) {
      if (Date.now() > until) throw new Error(`${service} was not started again`);
      await sleep(PAUSE_MS);
    }
  }

  async untilHealthy(service: string): Promise<void> {
    const until = Date.now() + HEALTHY_WITHIN_MS;
    for (;;) {
      const states = await this.#states(service);
      if (states.length > 0 && states.every(({ Health }) => Health === 'healthy')) return;
      if (Date.now() > until) throw new Error(`${service} is not healthy: ${JSON.stringify(states)}`);
      await sleep(PAUSE_MS);
    }
  }

  async request({ method, path: at, headers, body }: HttpRequest) {
    const response = await fetch(`http://127.0.0.1:${this.variables['API_PUBLISHED_PORT'] ?? '8787'}${at}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: response.status, text: Buffer.from(await response.arrayBuffer()).toString('latin1') };
  }

  /** The end of what every container printed, for a person who looks into a failure. */
  async logs(): Promise<string> {
    return (await this.#compose('logs', '--no-color', '--tail', '60')).stdout;
  }

  async #states(service: string): Promise<readonly z.output<typeof STATE>[]> {
    const { stdout } = await this.#compose('ps', '--format', 'json', service);
    const text = stdout.trim();
    // One object a line; older versions print one array.
    const found: unknown = text.startsWith('[')
      ? JSON.parse(text)
      : text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as unknown);
    return z.array(STATE).parse(found);
  }

  async #startedAt(service: string): Promise<string> {
    const { stdout: id } = await this.#compose('ps', '--all', '--quiet', service);
    const first = id.split('\n')[0] ?? '';
    return (await execute('docker', ['inspect', '--format', '{{.State.StartedAt}}', first])).stdout.trim();
  }

  async #mustCompose(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.#compose(...args);
    if (code !== 0)
      throw new Error(
        `docker compose ${args.join(' ')} ended with ${String(code)}:\n${stderr.slice(-6_000)}`,
      );
  }

  async #compose(...args: readonly string[]): Promise<Output> {
    const lines = Object.entries(this.variables).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(this.#envFile, lines.join(''), { mode: 0o600 });
    return execute('docker', [
      'compose',
      '--project-name',
      this.#project,
      '--env-file',
      this.#envFile,
      ...args,
    ]);
  }
}

function execute(file: string, args: readonly string[]): Promise<Output> {
  return run(file, args, {
    cwd: CHECKOUT,
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: LONGEST_OUTPUT_BYTES,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
      return {
        code: typeof code === 'number' ? code : -1,
        stdout: stdout ?? '',
        stderr: stderr ?? String(error),
      };
    },
  );
}
