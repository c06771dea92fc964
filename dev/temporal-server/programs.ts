import { access, constants } from 'node:fs/promises';
import { runProgram } from '../run-program.ts';

const RUN_TIMEOUT_MS = 10_000;
/** Where Go's own installer puts it, which is often not on PATH. */
const GO_CANDIDATES = ['go', '/usr/local/go/bin/go'];

/** The Go toolchain's program, or null where there is none. */
export async function findGo(signal?: AbortSignal): Promise<string | null> {
  for (const go of GO_CANDIDATES) if (await doesRun(go, ['version'], signal)) return go;
  return null;
}

/** Whether a program is there and ends well within 10 s. */
export function doesRun(file: string, args: readonly string[], signal?: AbortSignal): Promise<boolean> {
  return runProgram(file, args, { timeoutMs: RUN_TIMEOUT_MS, signal }).then(
    () => true,
    () => false,
  );
}

export function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
