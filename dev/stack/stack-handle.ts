import { freezeProcess, type Thaw } from './freeze-process.ts';
import type { StackChildren } from './stack-children.ts';
import type { ChildName, StackInfo } from './stack-info.ts';

/** Longer than any back-off that a test provokes. */
const READY_TIMEOUT_MS = 60_000;

/** A running stack: the content of stack.json and access to its children, for tests and the demo. */
export type Stack = {
  /** The content of stack.json now: the pids change when a child is started again. */
  readonly info: () => StackInfo;
  /** Whether the stack has started the child itself. */
  readonly owns: (name: ChildName) => boolean;
  /** Sends a signal to a child; the stack restarts it if it ends. Returns the pid. */
  readonly kill: (name: ChildName, signal: NodeJS.Signals) => number;
  /** Stops a child (PostgreSQL with all its backends) like a machine that hangs. */
  readonly pause: (name: ChildName) => Promise<void>;
  readonly resume: (name: ChildName) => Promise<void>;
  /** Resolves when the child is ready; after a `kill`, its successor. */
  readonly whenReady: (name: ChildName) => Promise<void>;
  /** Ends everything in order. */
  readonly stop: () => Promise<void>;
};

export function createStackHandle(options: {
  readonly facts: Omit<StackInfo, 'pids'>;
  readonly children: StackChildren;
  readonly stop: () => Promise<void>;
}): Stack {
  const { facts, children } = options;
  const pidOf = (name: ChildName): number => {
    const { pid } = children.get(name);
    if (pid === null) throw new Error(`${name} is down at this moment`);
    return pid;
  };
  const frozen = new Map<ChildName, Thaw>();
  const resume = async (name: ChildName) => {
    const thaw = frozen.get(name);
    frozen.delete(name);
    await thaw?.();
  };
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    // What stands still takes no part in an orderly end.
    await Promise.all([...frozen.keys()].map(resume));
    await options.stop();
  };
  return {
    info: () => ({ ...facts, pids: children.pids() }),
    owns: (name) => children.has(name),
    kill: (name, signal) => children.get(name).signal(signal),
    pause: async (name) => {
      frozen.set(name, await freezeProcess(pidOf(name)));
    },
    resume,
    whenReady: (name) => children.get(name).whenReady(READY_TIMEOUT_MS),
    stop: () => (stopping ??= stop()),
  };
}
