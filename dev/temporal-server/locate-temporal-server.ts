import path from 'node:path';
import { lockWithin } from '../exclusive-lock.ts';
import type { Progress } from '../progress.ts';
import { buildGoProgram } from './build-go-program.ts';
import { downloadTemporalServer } from './download-temporal-server.ts';
import { doesRun, findGo, isExecutable } from './programs.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

/** Another process's build or download, which this one will use. */
const OTHERS_BUILD_TIMEOUT_MS = 25 * 60_000;

/**
 * The `temporal` program to run as the dev server, by the chain of docs/decisions: on PATH → our cache → the SDK's
 * download → built with Go. (TEMPORAL_ADDRESS comes before all this: see start-stack.ts.)
 * Throws an Error that says what to install.
 */
export async function locateTemporalServer(
  cacheHome: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  if (await doesRun('temporal', ['--version'], signal)) return 'temporal';
  const folder = path.join(cacheHome, `temporal-cli-${TEMPORAL_CLI_VERSION}`);
  const cached = path.join(folder, 'temporal');
  if (await isExecutable(cached)) return cached;
  const lock = await lockWithin(OTHERS_BUILD_TIMEOUT_MS, path.join(folder, 'lock'), signal);
  try {
    if (await isExecutable(cached)) return cached;
    return await obtain(folder, cached, progress, signal);
  } finally {
    await lock.release();
  }
}

async function obtain(
  folder: string,
  cached: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const downloaded = await downloadTemporalServer(path.join(folder, 'download'), progress, signal);
  if (downloaded !== null) return downloaded;
  const go = await findGo(signal);
  if (go === null) throw new Error(nothingWorked('there is no Go toolchain to build it with'));
  try {
    await buildGoProgram({
      go,
      package: 'github.com/temporalio/cli/cmd/temporal',
      target: cached,
      folder: import.meta.dirname,
      says: 'building the Temporal server with Go (once; about 4 minutes on 2 cores)',
      progress,
      signal,
    });
    return cached;
  } catch (error) {
    throw new Error(nothingWorked(error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

function nothingWorked(lastFault: string): string {
  return [
    `The Temporal server (CLI ${TEMPORAL_CLI_VERSION}) could not be had: it is not on PATH, not in the cache, it could`,
    `not be downloaded from temporal.download, and ${lastFault}.`,
    'Do one of these, then try again:',
    '  - install the Temporal CLI so that `temporal` is on PATH (https://docs.temporal.io/cli/setup-cli)',
    '  - install Go 1.26.4 or newer (https://go.dev/dl); the build is then made by itself',
    '  - set TEMPORAL_ADDRESS=host:port of a Temporal server that you have',
  ].join('\n');
}
