import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Output } from '../../compose/compose-engine.ts';
import type { ServerUser } from '../../../dev/postgres/server-user.ts';
import type { ComposeFile, ComposeService } from '../../packaging/compose-file.ts';
import type { Image } from './image.ts';

const run = promisify(execFile);
const ENTER = path.join(import.meta.dirname, 'enter-container.sh');
const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const PROBE_TIMEOUT_MS = 10_000;

export type ContainerPlace = {
  readonly home: string;
  /** Before a command: run it in the project's network. */
  readonly enterNetwork: readonly string[];
  /** The account that stands for `user: postgres`. */
  readonly postgresUser: ServerUser;
};

/** One process of a service, in a root of its own, as `docker compose` would run it. */
export class Container {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #user: string;
  readonly #service: ComposeService;
  readonly #environment: Record<string, string>;

  private constructor(
    name: string,
    child: ChildProcess,
    service: ComposeService,
    user: string,
    environment: Record<string, string>,
  ) {
    this.name = name;
    this.#child = child;
    this.#service = service;
    this.#user = user;
    this.#environment = environment;
  }

  /** Starts it. `extra` stands behind its entry point, as the arguments of `docker compose run` do. */
  static async start(
    place: ContainerPlace,
    file: ComposeFile,
    name: string,
    service: ComposeService,
    image: Image,
    extra?: readonly string[],
  ): Promise<Container> {
    const user = userOf(place, service);
    const id = `${name}-${String(process.hrtime.bigint())}`;
    const folder = path.join(place.home, 'containers', id);
    const [root, files, folders] = ['root', 'files', 'folders'].map((part) => path.join(folder, part));
    if (root === undefined || files === undefined || folders === undefined) throw new Error('unreachable');
    await mkdir(root, { recursive: true });
    await writeFiles(files, file, service);
    await writeFile(folders, await foldersOf(place, service, image, user));
    const environment = environmentOf(service, image);
    const command = [...(service.entrypoint ?? []), ...(extra ?? commandOf(service, image))];
    const child = spawn(
      place.enterNetwork[0] ?? '',
      [
        ...place.enterNetwork.slice(1),
        'unshare',
        '--mount',
        'bash',
        ENTER,
        ...[root, files, folders, `${String(user.uid)}:${String(user.gid)}`, image.workingDirectory],
        ...command,
      ],
      { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const container = new Container(
      name,
      child,
      service,
      `${String(user.uid)}:${String(user.gid)}`,
      environment,
    );
    await container.#keepLog(path.join(place.home, 'logs'));
    return container;
  }

  get isUp(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Its exit code, once it has ended; null for a signal. */
  async ended(): Promise<number | null> {
    if (this.isUp) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** What it prints until it ends. */
  async output(): Promise<Output> {
    let stdout = '';
    let stderr = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(this.#child, 'close');
    return { code: this.#child.exitCode ?? -1, stdout, stderr };
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** As `docker compose stop`: its signal, and after its grace SIGKILL. */
  async stop(): Promise<void> {
    if (!this.isUp) return;
    this.kill(this.#service.stop_signal ?? 'SIGTERM');
    const grace = secondsOf(this.#service.stop_grace_period ?? '10s') * 1_000;
    const timer = setTimeout(() => {
      this.kill('SIGKILL');
    }, grace);
    await this.ended();
    clearTimeout(timer);
  }

  /** As the engine does for `healthcheck`: the command, in the container. Whatever goes wrong is not healthy. */
  async isHealthy(): Promise<boolean> {
    const [kind, ...command] = this.#service.healthcheck?.test ?? [];
    if (kind !== 'CMD') throw new Error(`${this.name}: a health check of the kind ${String(kind)}`);
    return (await this.#execute(command)).code === 0;
  }

  /** As `docker compose exec`. */
  async #execute(command: readonly string[]): Promise<Output> {
    const pid = String(this.#child.pid);
    const [uid = '', gid = ''] = this.#user.split(':');
    return run(
      'nsenter',
      [
        ...[`--target=${pid}`, '--mount', '--net', '--root', '--wd'],
        ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
        ...command,
      ],
      { env: this.#environment, timeout: PROBE_TIMEOUT_MS },
    ).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => failureOf(error),
    );
  }

  async #keepLog(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const log = createWriteStream(path.join(folder, `${this.name}.log`), { flags: 'a' });
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
  }
}

/** Seconds of a duration as the file writes them. Throws for any other unit. */
function secondsOf(duration: string): number {
  const [, seconds] = /^(\d+)s$/.exec(duration) ?? [];
  if (seconds === undefined) throw new Error(`not in seconds: ${duration}`);
  return Number(seconds);
}

function failureOf(error: unknown): Output {
  const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
  return {
    code: typeof code === 'number' ? code : -1,
    stdout: stdout ?? '',
    stderr: stderr ?? String(error),
  };
}

function userOf(place: ContainerPlace, service: ComposeService): ServerUser {
  return service.user === 'postgres' ? place.postgresUser : { uid: 0, gid: 0 };
}

function environmentOf(service: ComposeService, image: Image): Record<string, string> {
  const own = Object.entries(service.environment ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    PATH: [
      ...image.programs,
      path.dirname(process.execPath),
      '/usr/local/bin',
      '/usr/bin',
      '/bin',
      '/usr/sbin',
      '/sbin',
    ].join(':'),
    HOME: '/tmp',
    ...image.environment,
    ...(Object.fromEntries(own) as Record<string, string>),
  };
}

/** An image's CMD goes when the file has an entry point. */
function commandOf(service: ComposeService, image: Image): readonly string[] {
  if (service.command !== undefined) return service.command;
  return service.entrypoint === undefined ? image.command : [];
}

/** The configs at their targets, and the names of all services. */
async function writeFiles(folder: string, file: ComposeFile, service: ComposeService): Promise<void> {
  await mkdir(path.join(folder, 'etc'), { recursive: true });
  const names = Object.keys(file.services).join(' ');
  await writeFile(path.join(folder, 'etc', 'hosts'), `127.0.0.1 localhost ${names}\n`);
  for (const { source, target } of service.configs ?? []) {
    const content = file.configs[source]?.content;
    if (content === undefined) throw new Error(`docker-compose.yml has no config ${source}`);
    const at = path.join(folder, target);
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, content, { mode: 0o444 });
  }
}

/** The image's folders and the volumes, which belong to the container's user as a new named volume does. */
async function foldersOf(
  place: ContainerPlace,
  service: ComposeService,
  image: Image,
  user: ServerUser,
): Promise<string> {
  const lines = Object.entries(image.folders).map(([to, from]) => `${from}\t${to}\trw\n`);
  for (const volume of service.volumes ?? []) {
    const [name = '', to = '', mode = 'rw'] = volume.split(':');
    if (/^[./]/.test(name)) {
      // A folder of the machine, from where the file is.
      lines.push(`${path.resolve(CHECKOUT, name)}\t${to}\t${mode}\n`);
      continue;
    }
    const from = path.join(place.home, 'volumes', name);
    await mkdir(from, { recursive: true });
    await chmod(from, 0o755);
    await chown(from, user.uid, user.gid);
    lines.push(`${from}\t${to}\t${mode}\n`);
  }
  return lines.join('');
}
