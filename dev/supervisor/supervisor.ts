import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildSpec } from './child-spec.ts';
import { launch, type LaunchedChild } from './launch.ts';
import { restartDelayMs, SOUND_LIFE_MS } from './restart-delay.ts';
import { unlessAborted } from './unless-aborted.ts';
import { withTimeout } from './with-timeout.ts';

type SupervisorEvents = {
  /** A process has started (null: has ended). */
  readonly onPid: (pid: number | null) => void;
  /** For people: "worker was ended by SIGKILL; starting it again". */
  readonly onNote: (note: string) => void;
};

const READY_CHECK_INTERVAL_MS = 20;
const ENDING_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT']);

/** Keeps one child running from `start` until `stop`: it is restarted with back-off, forever. */
export class SupervisedChild {
  readonly #spec: ChildSpec;
  readonly #logPath: string;
  readonly #events: SupervisorEvents;
  readonly #stopping = new AbortController();
  #current: LaunchedChild | null = null;
  #isReady = false;
  #keeping: Promise<void> = Promise.resolve();
  #ending: Promise<void> | null = null;

  constructor(spec: ChildSpec, logPath: string, events: SupervisorEvents) {
    this.#spec = spec;
    this.#logPath = logPath;
    this.#events = events;
  }

  get name(): string {
    return this.#spec.name;
  }

  /** Null while it is down. */
  get pid(): number | null {
    return this.#current?.pid ?? null;
  }

  /** Resolves once the child is ready. Throws when it does not start, and ends it: a first start is not repeated. */
  async start(): Promise<void> {
    const first = this.#startOnce();
    // From the first moment, so that a stop during the start waits for it.
    this.#keeping = first.then(
      (child) => this.#keepUp(child),
      () => undefined,
    );
    await first;
  }

  /** Sends a signal; returns the pid. Throws while the child is down. */
  signal(signal: NodeJS.Signals): number {
    if (this.#current === null) throw new Error(`${this.name} is down at this moment`);
    // Until its end is noticed, `whenReady` must not return a dead process.
    if (ENDING_SIGNALS.has(signal)) this.#isReady = false;
    this.#current.signal(signal);
    return this.#current.pid;
  }

  /** Resolves as soon as the child is ready, also after a restart. Throws after `timeoutMs`. */
  async whenReady(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!this.#isReady) {
      if (Date.now() > deadline) throw new Error(`${this.name} was not ready within ${String(timeoutMs)} ms`);
      await sleep(READY_CHECK_INTERVAL_MS);
    }
  }

  /**
   * Ends the child for good, a start under way too: its stop signal, then SIGKILL once its time, or `limitMs` if that is
   * shorter, is over.
   */
  stop(limitMs = Number.POSITIVE_INFINITY): Promise<void> {
    this.#ending ??= this.#end(Math.min(limitMs, this.#spec.stopTimeoutMs));
    return this.#ending;
  }

  async #startOnce(): Promise<LaunchedChild> {
    const command = await unlessAborted(
      this.#stopping.signal,
      `${this.name} was stopped`,
      this.#spec.command(),
    );
    const child = await launch(this.#spec, command, this.#logPath);
    this.#current = child;
    this.#events.onPid(child.pid);
    void child.whenEnded.then(() => {
      this.#current = null;
      this.#isReady = false;
      this.#events.onPid(null);
    });
    const ended = child.whenEnded.then((how) => {
      throw new Error(how);
    });
    try {
      await withTimeout(this.#spec.readyTimeoutMs, Promise.race([this.#spec.untilReady(child), ended]));
    } catch (error) {
      child.signal('SIGKILL');
      await child.whenEnded;
      const reason = error instanceof Error ? error.message : String(error);
      const words = await child.failureInLog();
      throw new Error(`${this.name} did not start: ${reason}. Its log: ${this.#logPath}${words}`, {
        cause: error,
      });
    }
    this.#isReady = true;
    return child;
  }

  async #keepUp(first: LaunchedChild): Promise<void> {
    let child: LaunchedChild | null = first;
    let failures = 0;
    for (;;) {
      const startedAtMs = performance.now();
      const how: string = child === null ? 'did not come up' : await child.whenEnded;
      if (this.#isStopping()) return;
      failures = performance.now() - startedAtMs >= SOUND_LIFE_MS ? 1 : failures + 1;
      this.#events.onNote(`${this.name} ${how}; starting it again`);
      await sleep(restartDelayMs(failures), undefined, { signal: this.#stopping.signal }).catch(
        () => undefined,
      );
      if (this.#isStopping()) return;
      child = await this.#startOnce().catch(() => null);
      if (child !== null) this.#events.onNote(`${this.name} is up again`);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #end(limitMs: number): Promise<void> {
    this.#stopping.abort();
    const done = new AbortController();
    const keeping = this.#keeping.finally(() => {
      done.abort();
    });
    await Promise.all([keeping, this.#signalUntil(done.signal, performance.now() + limitMs)]);
  }

  /** Tells whatever process there is, or still comes up, to end: until `done` is aborted. */
  async #signalUntil(done: AbortSignal, deadlineMs: number): Promise<void> {
    let hasSignalled: LaunchedChild | null = null;
    while (!done.aborted) {
      const isLate = performance.now() > deadlineMs;
      if (this.#current !== null && (isLate || hasSignalled !== this.#current)) {
        hasSignalled = this.#current;
        // A stopped (SIGSTOP) process does not act on a signal until it is continued.
        hasSignalled.signal('SIGCONT');
        hasSignalled.signal(isLate ? 'SIGKILL' : this.#spec.stopSignal);
      }
      await sleep(READY_CHECK_INTERVAL_MS, undefined, { signal: done }).catch(() => undefined);
    }
  }
}
