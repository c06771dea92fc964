import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { withElapsed, type Progress } from '../progress.ts';
import { runProgram } from '../run-program.ts';

/** 3 min 40 s were measured cold on 2 cores; a slow network or one core takes longer. */
const BUILD_TIMEOUT_MS = 20 * 60_000;
const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

/**
 * Builds the server from its Go module (checksums in go.sum) into `target`, under another name until it is whole. The
 * first build takes minutes. Throws with what the Go toolchain said.
 */
export async function buildTemporalServer(
  go: string,
  target: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const building = `${target}.building.${String(process.pid)}`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await withElapsed(
      'building the Temporal server with Go (once; about 4 minutes on 2 cores)',
      progress,
      () =>
        runProgram(go, ['build', '-trimpath', '-ldflags=-s -w', '-o', building, PACKAGE], {
          cwd: import.meta.dirname,
          timeoutMs: BUILD_TIMEOUT_MS,
          signal,
        }),
    );
    await rename(building, target);
  } finally {
    await rm(building, { force: true });
  }
}
