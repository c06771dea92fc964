import path from 'node:path';
import { lockWithin } from '../exclusive-lock.ts';
import type { Progress } from '../progress.ts';
import { buildGoProgram } from './build-go-program.ts';
import { isExecutable } from './programs.ts';
import { TEMPORAL_SERVER_VERSION } from './temporal-version.ts';

type ClusterPrograms = { readonly server: string; readonly sqlTool: string };

/** Another process's build, beside which this one waits. */
const OTHERS_BUILD_TIMEOUT_MS = 25 * 60_000;

/**
 * The programs of a cluster, as in the images that docker-compose.yml names: the server, and the tool that makes its
 * schema. Built from the same modules as the dev server, whose build leaves all but a few seconds of the work done.
 */
export async function buildClusterPrograms(
  go: string,
  cacheHome: string,
  progress: Progress,
): Promise<ClusterPrograms> {
  const folder = path.join(cacheHome, `temporal-server-${TEMPORAL_SERVER_VERSION}`);
  const programs = {
    server: path.join(folder, 'temporal-server'),
    sqlTool: path.join(folder, 'temporal-sql-tool'),
  };
  const lock = await lockWithin(OTHERS_BUILD_TIMEOUT_MS, path.join(folder, 'lock'));
  try {
    await buildUnlessThere(go, 'go.temporal.io/server/cmd/server', programs.server, progress);
    await buildUnlessThere(go, 'go.temporal.io/server/cmd/tools/sql', programs.sqlTool, progress);
  } finally {
    await lock.release();
  }
  return programs;
}

async function buildUnlessThere(go: string, name: string, target: string, progress: Progress): Promise<void> {
  if (await isExecutable(target)) return;
  await buildGoProgram({
    go,
    package: name,
    target,
    folder: import.meta.dirname,
    says: `building ${path.basename(target)} with Go`,
    progress,
  });
}
