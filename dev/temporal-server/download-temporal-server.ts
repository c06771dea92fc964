import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { withElapsed, type Progress } from '../progress.ts';
import { runProgram } from '../run-program.ts';

/** Where the SDK downloads from. No answer within a few seconds: a closed network, and the next link of the chain. */
const DOWNLOAD_SITE = 'https://temporal.download/';
const PROBE_TIMEOUT_MS = 4_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;

/**
 * The server as the SDK's own test environment fetches it, or null when it cannot. In a process of its own, because the
 * SDK gives no way to abandon a download.
 */
export async function downloadTemporalServer(
  folder: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string | null> {
  try {
    await fetch(DOWNLOAD_SITE, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await withElapsed('downloading the Temporal server', progress, () =>
      runProgram(
        process.execPath,
        ['--import', 'tsx', path.join(import.meta.dirname, 'download-main.ts'), folder],
        { timeoutMs: DOWNLOAD_TIMEOUT_MS, signal },
      ),
    );
    const file = (await readdir(folder)).find((name) => name.startsWith('temporal-'));
    return file === undefined ? null : path.join(folder, file);
  } catch {
    return null;
  }
}
