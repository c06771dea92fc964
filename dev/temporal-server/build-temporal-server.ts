import { spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { withElapsed, type Progress } from '../progress.ts';

/** 3 min 40 s were measured cold on 2 cores; a slow network or one core takes longer. */
const BUILD_TIMEOUT_MS = 20 * 60_000;
const LONGEST_ERROR_CHARACTERS = 2_000;

/**
 * Builds the server from its Go module (checksums in go.sum) into `target`, under another name until it is whole. The
 * first build takes minutes. Throws with what the Go toolchain said.
 */
export async function buildTemporalServer(go: string, target: string, progress: Progress): Promise<void> {
  const building = `${target}.building.${String(process.pid)}`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await withElapsed(
      'building the Temporal server with Go (once; about 4 minutes on 2 cores)',
      progress,
      () => runGoBuild(go, building),
    );
    await rename(building, target);
  } finally {
    await rm(building, { force: true });
  }
}

function runGoBuild(go: string, output: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = [
      'build',
      '-trimpath',
      '-ldflags=-s -w',
      '-o',
      output,
      'github.com/temporalio/cli/cmd/temporal',
    ];
    const build = spawn(go, args, {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: BUILD_TIMEOUT_MS,
    });
    let errors = '';
    build.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-LONGEST_ERROR_CHARACTERS);
    });
    build.once('error', reject);
    build.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ended with ${String(signal ?? code)}: ${errors.trim()}`));
    });
  });
}
