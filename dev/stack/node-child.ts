import os from 'node:os';
import path from 'node:path';
import type { ChildSpec } from '../supervisor/child-spec.ts';
import type { ChildName } from './stack-info.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
/** A cold start of the worker with the TypeScript loader on 2 busy cores takes under 10 s. */
const READY_TIMEOUT_MS = 60_000;

/** A Node process of ours, run from source, that prints a ready line and ends when its stdin does. */
export function nodeChild(options: {
  readonly name: ChildName;
  /** Relative to the checkout. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stopTimeoutMs: number;
}): ChildSpec {
  const preloaded = ['tsx', path.join(CHECKOUT, 'dev', 'end-with-parent.mjs')];
  return {
    name: options.name,
    command: () =>
      Promise.resolve({
        file: process.execPath,
        args: [...preloaded.flatMap((module) => ['--import', module]), path.join(CHECKOUT, options.entry)],
        env: { ...inheritedEnvironment(), ...options.env },
        cwd: CHECKOUT,
      }),
    untilReady: async (child) => {
      await child.readyLine();
    },
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: options.stopTimeoutMs,
    endsWithItsStdin: true,
  };
}

/** What any program needs; nothing else of the caller's environment reaches a process by accident. */
function inheritedEnvironment(): Record<string, string> {
  return { PATH: path.dirname(process.execPath), HOME: os.homedir(), TMPDIR: os.tmpdir(), TZ: 'UTC' };
}
