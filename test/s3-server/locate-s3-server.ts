import path from 'node:path';
import { lockWithin } from '../../dev/exclusive-lock.ts';
import type { Progress } from '../../dev/progress.ts';
import { buildGoProgram } from '../../dev/temporal-server/build-go-program.ts';
import { findGo, isExecutable } from '../../dev/temporal-server/programs.ts';

/** Of versitygw in go.mod beside this file; a test holds the two together. */
export const S3_SERVER_VERSION = '1.8.0';

/** Another process's build, of which this one will be the user. */
const OTHERS_BUILD_TIMEOUT_MS = 25 * 60_000;

export const NO_S3_SERVER =
  'the tests against an S3 server need Go, with which versitygw is built: there is no Go toolchain';

/** The program of a real S3 server, from our cache or built once with Go; null where there is no Go. */
export async function locateS3Server(cacheHome: string, progress: Progress): Promise<string | null> {
  const folder = path.join(cacheHome, `versitygw-${S3_SERVER_VERSION}`);
  const target = path.join(folder, 'versitygw');
  if (await isExecutable(target)) return target;
  const go = await findGo();
  if (go === null) return null;
  const lock = await lockWithin(OTHERS_BUILD_TIMEOUT_MS, path.join(folder, 'lock'));
  try {
    if (await isExecutable(target)) return target;
    await buildGoProgram({
      go,
      package: 'github.com/versity/versitygw/cmd/versitygw',
      target,
      folder: import.meta.dirname,
      says: 'building an S3 server with Go (once; 1 to 5 minutes on 2 cores)',
      progress,
    });
    return target;
  } finally {
    await lock.release();
  }
}
