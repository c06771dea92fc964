import { request } from 'undici';
import { z } from 'zod';
import { withTimeLimit } from '../../../runtime/time-limit.ts';
import type { ProviderClient } from '../http/provider-client.ts';
import type { FileNames, InputFile } from '../provider.ts';

/** A clip in high quality has 5 MB, which takes a moment on one machine. */
const UPLOAD_TIMEOUT_MS = 30_000;

const MISSING = z.object({ missing: z.array(z.string()) });

/**
 * The service did not take a file, or did not say what it lacks. Nothing has been submitted, so a retry costs nothing.
 */
class FilesNotTaken extends Error {
  override readonly name = 'FilesNotTaken';
}

/**
 * Uploads the files that the service does not have, and returns their names, which are their SHA-256. The service made
 * most of them itself, so it is asked first, once for all: usually nothing is sent. Throws FilesNotTaken.
 */
export async function uploadFiles(
  client: ProviderClient,
  files: readonly InputFile[],
  signal: AbortSignal,
): Promise<FileNames> {
  const answer = await client.read(
    {
      method: 'POST',
      url: client.urlOf('/v1/files/missing'),
      body: { sha256: files.map((file) => file.sha256) },
    },
    signal,
  );
  const asked = MISSING.safeParse(answer?.json);
  if (answer?.status !== 200 || !asked.success)
    throw new FilesNotTaken(
      `the service ${answer === null ? 'did not respond' : `responded ${String(answer.status)}`} when asked which files it lacks`,
    );
  for (const file of files) {
    if (asked.data.missing.includes(file.sha256)) await uploadFile(client, file, signal);
  }
  return new Map(files.map(({ sha256 }) => [sha256, sha256]));
}

async function uploadFile(client: ProviderClient, file: InputFile, signal: AbortSignal): Promise<void> {
  const statusCode = await withTimeLimit(UPLOAD_TIMEOUT_MS, signal, async (limited) => {
    const answer = await request(client.urlOf(`/v1/files/${file.sha256}`), {
      method: 'PUT',
      dispatcher: client.dispatcher,
      signal: limited,
      headers: {
        ...client.headers,
        'content-type': file.contentType,
        'content-length': String(file.bytes),
      },
      body: await file.open(),
    });
    await answer.body.dump();
    return answer.statusCode;
  });
  if (statusCode !== 204)
    throw new FilesNotTaken(`the service responded ${String(statusCode)} to the upload of ${file.sha256}`);
}
