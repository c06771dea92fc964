import os from 'node:os';
import path from 'node:path';
import type { ChildSpec } from '../supervisor/child-spec.ts';
import { compileProcess } from './compile-process.ts';
import type { ChildName } from './stack-info.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const END_WITH_PARENT = path.join(CHECKOUT, 'dev', 'end-with-parent.mjs');
/** A cold start of the worker on 2 busy cores takes under 10 s. */
const READY_TIMEOUT_MS = 60_000;

/**
 * How a worker's memory is kept small (docs/benchmarks.md, "Thousands of jobs in flight"): V8 collects a heap with a
 * low limit early, and a worker has two heaps. What a streamed file leaves behind is collected with the young heap:
 * 500 MiB take some 30 MiB at a limit of 1 MiB, and some 80 at 2 MiB. docker-compose.yml uses the
 * same.
 */
export const WORKER_NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=512'] as const;

/**
 * Fixed thresholds of glibc (mallopt(3)): otherwise each freed large block raises them, up to 32 MiB, and memory is no
 * longer returned. Measured: a worker with 2,000 activities has 280 MiB with, 386 without. The Dockerfile sets the
 * same.
 */
const MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

/** A Node process of ours, compiled from the present sources, that prints a ready line and ends when its stdin does. */
export function nodeChild(options: {
  readonly name: ChildName;
  /** Relative to the checkout. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stopTimeoutMs: number;
}): ChildSpec {
  return {
    name: options.name,
    command: async () => ({
      file: process.execPath,
      args: [
        '--enable-source-maps',
        ...(options.name === 'worker' ? WORKER_NODE_FLAGS : []),
        ...['--import', END_WITH_PARENT, await compileProcess(options.entry)],
      ],
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

/** The variables that any program needs. Nothing else of the caller's environment is passed on. */
export function inheritedEnvironment(): Record<string, string> {
  return {
    PATH: path.dirname(process.execPath),
    HOME: os.homedir(),
    TMPDIR: os.tmpdir(),
    TZ: 'UTC',
    ...MALLOC,
  };
}
