import path from 'node:path';
import type { Progress } from '../progress.ts';
import type { ChildSpec } from '../supervisor/child-spec.ts';
import { SupervisedChild } from '../supervisor/supervisor.ts';
import type { ChildrenRecord } from './left-over-children.ts';
import { CHILD_NAMES, type ChildName } from './stack-info.ts';

/** The children of a stack, by name, ended in the order of CHILD_NAMES: users before what they use. */
export class StackChildren {
  readonly #home: string;
  readonly #record: ChildrenRecord;
  readonly #onNote: Progress;
  readonly #onPids: () => void;
  readonly #children = new Map<ChildName, SupervisedChild>();
  #isEnding = false;

  constructor(options: {
    readonly home: string;
    readonly record: ChildrenRecord;
    readonly onNote: Progress;
    /** A process has started or ended. */
    readonly onPids: () => void;
  }) {
    this.#home = options.home;
    this.#record = options.record;
    this.#onNote = options.onNote;
    this.#onPids = options.onPids;
  }

  /** Starts a child and keeps it running. Throws when it does not start. */
  async start(name: ChildName, spec: ChildSpec): Promise<void> {
    if (this.#isEnding) throw new Error('the stack is being ended');
    const child = new SupervisedChild(spec, path.join(this.#home, 'logs', `${name}.log`), {
      onPid: (pid) => {
        void this.#record.note(name, pid);
        this.#onPids();
      },
      onNote: this.#onNote,
    });
    this.#children.set(name, child);
    await child.start();
  }

  pids(): Record<ChildName, number | null> {
    const pids: Partial<Record<ChildName, number | null>> = {};
    for (const name of CHILD_NAMES) pids[name] = this.#children.get(name)?.pid ?? null;
    return pids as Record<ChildName, number | null>;
  }

  /** Whether the child is one of the stack's own, and no server that ran before. */
  has(name: ChildName): boolean {
    return this.#children.has(name);
  }

  /** Throws when the stack has no such child of its own. */
  get(name: ChildName): SupervisedChild {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`this stack has no ${name} of its own`);
    return child;
  }

  /** Ends all in order. A start under way ends with its child. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    for (const name of CHILD_NAMES) await this.#children.get(name)?.stop();
    this.#record.remove();
  }

  /** Ends all at once, and after `limitMs` by SIGKILL: for a failed start. */
  async abandon(limitMs: number): Promise<void> {
    this.#isEnding = true;
    await Promise.all([...this.#children.values()].map((child) => child.stop(limitMs)));
    this.#record.remove();
  }
}
