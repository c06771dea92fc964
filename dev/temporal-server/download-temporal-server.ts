import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withElapsed, type Progress } from '../progress.ts';

const run = promisify(execFile);

/** Where the SDK downloads from. No answer within a few seconds: a closed network, and the next link of the chain. */
const DOWNLOAD_SITE = 'https://temporal.download/';
const PROBE_TIMEOUT_MS = 4_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;

/**
 * The server as the SDK's own test environment fetches it, or null when it cannot. In a process of its own, because the
 * SDK gives no way to abandon a download.
 */
export async function downloadTemporalServer(folder: string, progress: Progress): Promise<string | null> {
  try {
    await fetch(DOWNLOAD_SITE, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await withElapsed('downloading the Temporal server', progress, () =>
      run(process.execPath, ['--import', 'tsx', path.join(import.meta.dirname, 'download-main.ts'), folder], {
        timeout: DOWNLOAD_TIMEOUT_MS,
        killSignal: 'SIGKILL',
      }),
    );
    const file = (await readdir(folder)).find((name) => name.startsWith('temporal-'));
    return file === undefined ? null : path.join(folder, file);
  } catch {
    return null;
  }
}
