import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ComposeEngine, HttpRequest, Output } from '../../compose/compose-engine.ts';
import { readCompose } from '../../packaging/compose-file.ts';
import type { ComposeProject } from './compose-project.ts';
import type { PrivateNetwork } from './private-network.ts';

const run = promisify(execFile);
const LONGEST_RESPONSE_BYTES = 64 * 1024 * 1024;
const REQUEST_TIMEOUT_SECONDS = 60;

/** docker-compose.yml run by processes, as the steps that are shared with a real engine want it. */
export class ProcessEngine implements ComposeEngine {
  readonly variables: Record<string, string>;
  readonly #project: ComposeProject;
  readonly #network: PrivateNetwork;
  readonly #upWithinMs: number;

  constructor(options: {
    readonly project: ComposeProject;
    readonly network: PrivateNetwork;
    readonly variables: Readonly<Record<string, string>>;
    readonly upWithinMs: number;
  }) {
    this.variables = { ...options.variables };
    this.#project = options.project;
    this.#network = options.network;
    this.#upWithinMs = options.upWithinMs;
  }

  async up(): Promise<void> {
    const profiles = (this.variables['COMPOSE_PROFILES'] ?? '').split(',');
    await this.#project.up(readCompose(this.variables), profiles, this.#upWithinMs);
  }

  async down(): Promise<void> {
    await this.#project.down();
  }

  async run(service: string, args: readonly string[]): Promise<Output> {
    return this.#project.run(readCompose(this.variables), service, args);
  }

  async crash(service: string): Promise<void> {
    await this.#project.crash(service);
  }

  async untilHealthy(service: string): Promise<void> {
    await this.#project.untilHealthy(service);
  }

  async request({ method, path, headers, body }: HttpRequest) {
    const [file = '', ...enter] = this.#network.enter;
    const { stdout } = await run(
      file,
      [
        ...enter,
        ...[
          'curl',
          '-sS',
          '--max-time',
          String(REQUEST_TIMEOUT_SECONDS),
          '-X',
          method,
          '-w',
          '\n%{http_code}',
        ],
        ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
        ...(body === undefined ? [] : ['--data', body]),
        `http://127.0.0.1:8787${path}`,
      ],
      { maxBuffer: LONGEST_RESPONSE_BYTES, encoding: 'latin1' },
    );
    const line = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(line + 1)), text: stdout.slice(0, line) };
  }
}
