import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { withElapsed, type Progress } from '../progress.ts';
import { runProgram } from '../run-program.ts';

/** 3 min 40 s were measured cold on 2 cores, for Temporal; a slow network or one core takes longer. */
const BUILD_TIMEOUT_MS = 20 * 60_000;

/**
 * Builds a program of a package that go.mod names (checksums in go.sum) into `target`, under another name until it is whole.
 * Throws with what the Go toolchain said.
 */
export async function buildGoProgram(options: {
  readonly go: string;
  readonly package: string;
  readonly target: string;
  /** Of the go.mod that names the package. */
  readonly folder: string;
  /** What is being built, for the lines of progress. */
  readonly says: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}): Promise<void> {
  const { go, target, folder, says, progress, signal } = options;
  const building = `${target}.building.${String(process.pid)}`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await withElapsed(says, progress, () =>
      runProgram(go, ['build', '-trimpath', '-ldflags=-s -w', '-o', building, options.package], {
        cwd: folder,
        timeoutMs: BUILD_TIMEOUT_MS,
        signal,
      }),
    );
    await rename(building, target);
  } finally {
    await rm(building, { force: true });
  }
}
