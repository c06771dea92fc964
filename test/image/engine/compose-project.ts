import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { service, type ComposeFile } from '../../packaging/compose-file.ts';
import type { Output } from '../../compose/compose-engine.ts';
import { Container, type ContainerPlace } from './container.ts';
import type { FindImage } from './image.ts';

/** Between two looks at a container's health: what the file says is for machines that are up for months. */
const HEALTH_PAUSE_MS = 150;
const RESTART_PAUSE_MS = 200;
const LOG_CHARACTERS = 3_000;

type Running = { container: Container; isStopping: boolean; readonly exitCodes: (number | null)[] };

/** The services of one compose file as processes: `up`, `down`, `run`, and what befalls them. */
export class ComposeProject {
  readonly #place: ContainerPlace;
  readonly #findImage: FindImage;
  readonly #isLeftOut: (name: string) => boolean;
  #file: ComposeFile | undefined;
  #running = new Map<string, Running>();
  #ups = new Map<string, Promise<void>>();
  #isLost = false;

  constructor(
    place: ContainerPlace,
    findImage: FindImage,
    options: { readonly isLeftOut: (name: string) => boolean },
  ) {
    this.#place = place;
    this.#findImage = findImage;
    this.#isLeftOut = options.isLeftOut;
  }

  /**
   * Does what `docker compose up --wait` does: starts each service once its dependencies are met, until all of them are healthy or,
   * the one-shots, have ended well. `only` names what is wanted, with what it needs.
   */
  async up(
    file: ComposeFile,
    profiles: readonly string[],
    timeoutMs: number,
    only?: readonly string[],
  ): Promise<void> {
    this.#file = file;
    this.#isLost = false;
    const names = (only ?? Object.keys(file.services)).filter((name) => this.#isEnabled(name, profiles));
    this.#ups = new Map();
    const all = Promise.all(names.map((name) => this.#ready(name, profiles)));
    const isUp = await Promise.race([all.then(() => true), sleep(timeoutMs, false, { ref: false })]);
    if (!isUp) throw new Error(`not up within ${String(timeoutMs)} ms\n${await this.logs()}`);
  }

  /** As `docker compose down`: the volumes stay. */
  async down(): Promise<void> {
    for (const one of this.#running.values()) one.isStopping = true;
    // Those that use something before what they use: the file has them in that order, the other way round.
    for (const { container } of [...this.#running.values()].reverse()) await container.stop();
    this.#running = new Map();
  }

  /** Does what a loss of power does: everything ends at once, and a pending `up` is told. */
  async killAll(): Promise<void> {
    this.#isLost = true;
    for (const one of this.#running.values()) {
      one.isStopping = true;
      one.container.kill('SIGKILL');
    }
    for (const { container } of this.#running.values()) await container.ended();
    this.#running = new Map();
  }

  /** As `docker compose run --rm`. */
  async run(file: ComposeFile, name: string, args: readonly string[]): Promise<Output> {
    const one = service(name, file);
    const container = await Container.start(this.#place, file, name, one, this.#findImage(one), args);
    return container.output();
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#get(name).container.kill(signal);
  }

  /** The health that `docker compose ps` would show after its next check; a service without a check is healthy while it is up. */
  async isHealthy(name: string): Promise<boolean> {
    const { container } = this.#get(name);
    if (service(name, this.#opened()).healthcheck === undefined) return container.isUp;
    return container.isUp && (await container.isHealthy());
  }

  /** Kills a service's process, and waits until its restart policy has started it again. */
  async crash(name: string): Promise<void> {
    const { container } = this.#get(name);
    container.kill('SIGKILL');
    while (this.#get(name).container === container) await this.#pause();
  }

  async untilHealthy(name: string): Promise<void> {
    while (!(await this.isHealthy(name))) await this.#pause();
  }

  /** How often a service ended, and with what. */
  exitCodesOf(name: string): readonly (number | null)[] {
    return this.#get(name).exitCodes;
  }

  /** The end of what each service printed. */
  async logs(): Promise<string> {
    const texts = [...this.#running.keys()].map(async (name) => {
      const text = await readFile(path.join(this.#place.home, 'logs', `${name}.log`), 'utf8').catch(() => '');
      return `--- ${name}\n${text.slice(-LOG_CHARACTERS)}`;
    });
    return (await Promise.all(texts)).join('\n');
  }

  #isEnabled(name: string, profiles: readonly string[]): boolean {
    const wanted = service(name, this.#opened()).profiles ?? [];
    const isOfProfile = wanted.length === 0 || wanted.some((profile) => profiles.includes(profile));
    return isOfProfile && !this.#isLeftOut(name);
  }

  /** Resolves when `docker compose up --wait` would be content with the service. */
  #ready(name: string, profiles: readonly string[]): Promise<void> {
    const known = this.#ups.get(name);
    if (known !== undefined) return known;
    const ready = this.#startWhenPossible(name, profiles).then(() =>
      this.#isOneShot(name) ? this.#untilDone(name) : this.untilHealthy(name),
    );
    this.#ups.set(name, ready);
    return ready;
  }

  async #startWhenPossible(name: string, profiles: readonly string[]): Promise<void> {
    const file = this.#opened();
    const dependencies = Object.entries(service(name, file).depends_on ?? {});
    await Promise.all(
      dependencies.map(async ([needed, { condition, required }]) => {
        if (!this.#isEnabled(needed, profiles)) {
          if (required === false) return;
          throw new Error(`${name} needs ${needed}, which is not in the project`);
        }
        const ready = this.#ready(needed, profiles);
        if (condition !== 'service_started') return ready;
        ready.catch(() => undefined);
        while (!this.#running.has(needed)) await this.#pause();
      }),
    );
    await this.#start(name);
  }

  async #start(name: string): Promise<void> {
    if (this.#isLost) throw new Error('everything was killed');
    const file = this.#opened();
    const one = service(name, file);
    const found = this.#findImage(one);
    const before = this.#running.get(name);
    const container = await Container.start(this.#place, file, name, one, found);
    const running: Running = { container, isStopping: false, exitCodes: before?.exitCodes ?? [] };
    this.#running.set(name, running);
    void container.ended().then(async (code) => {
      running.exitCodes.push(code);
      if (!this.#isRestarted(name, code, running.exitCodes.length)) return;
      await sleep(running.isStopping ? 0 : RESTART_PAUSE_MS);
      if (!running.isStopping) await this.#start(name);
    });
  }

  #isRestarted(name: string, code: number | null, ends: number): boolean {
    const [policy, times] = (service(name, this.#opened()).restart ?? 'no').split(':');
    if (policy === 'unless-stopped') return true;
    return policy === 'on-failure' && code !== 0 && ends <= Number(times ?? Infinity);
  }

  /** It is one when something waits for its end. */
  #isOneShot(name: string): boolean {
    return Object.values(this.#opened().services).some(
      ({ depends_on = {} }) => depends_on[name]?.condition === 'service_completed_successfully',
    );
  }

  async #untilDone(name: string): Promise<void> {
    for (;;) {
      const { exitCodes } = this.#get(name);
      const last = exitCodes.at(-1);
      if (last === 0) return;
      if (last !== undefined && !this.#isRestarted(name, last, exitCodes.length)) {
        throw new Error(`${name} ended with ${String(last)}\n${await this.logs()}`);
      }
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    await sleep(HEALTH_PAUSE_MS);
    if (this.#isLost) throw new Error('everything was killed');
  }

  #get(name: string): Running {
    const found = this.#running.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  #opened(): ComposeFile {
    if (this.#file === undefined) throw new Error('the project was never up');
    return this.#file;
  }
}
