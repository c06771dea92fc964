import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import type { LocalFile } from './local-prediction.ts';
import type { CollectResult, ProviderFile } from './provider.ts';

/**
 * Opens the files of a finished prediction as streams. All or nothing: when one link has expired or does not answer, the
 * streams opened before it are closed. Whether a file is what it says is for the asset store to find out.
 */
export async function openLocalFiles(
  files: readonly LocalFile[],
  dispatcher: Dispatcher,
  signal: AbortSignal,
  retryAfterMs: number,
): Promise<CollectResult> {
  const opened: ProviderFile[] = [];
  for (const file of files) {
    const content = await openLocalFile(file, dispatcher, signal);
    if (typeof content === 'string') {
      for (const earlier of opened) earlier.content.destroy();
      return content === 'expired' ? { outcome: 'link_expired' } : { outcome: 'unavailable', retryAfterMs };
    }
    opened.push({
      contentType: file.content_type,
      declaredBytes: file.bytes ?? null,
      declaredSha256: file.sha256 ?? null,
      content,
    });
  }
  return { outcome: 'files', files: opened };
}

async function openLocalFile(
  file: LocalFile,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Readable | 'expired' | 'unavailable'> {
  try {
    const answer = await request(file.url, { dispatcher, signal });
    // Its reader still sees its errors; a stream that is dropped unread must not end the process with them.
    answer.body.on('error', () => undefined);
    if (answer.statusCode === 200) return answer.body;
    await answer.body.dump();
    // 404 is a link signed before the service was restarted: as good as expired.
    return answer.statusCode === 410 || answer.statusCode === 404 ? 'expired' : 'unavailable';
  } catch {
    return 'unavailable';
  }
}
