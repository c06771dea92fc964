import { request } from 'undici';
import { z } from 'zod';
import { withTimeLimit } from '../../../runtime/time-limit.ts';
import type { ProviderClient } from '../http/provider-client.ts';
import type { FileNames, InputFile } from '../provider.ts';

/** A clip of high quality is 5 MB; on one machine that takes a moment. */
const UPLOAD_TIMEOUT_MS = 30_000;

const MISSING = z.object({ missing: z.array(z.string()) });

/** The service said no to a file, or did not say what it lacks. Nothing has been submitted: asking again is free. */
class FilesNotTaken extends Error {
  override readonly name = 'FilesNotTaken';
}

/**
 * Hands the service the files it does not have. Most of them it made itself a moment ago, so it is asked first, once for
 * all: as a rule nothing is sent. A file's name is its SHA-256.
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
      `the service responded ${String(answer?.status)} when asked which files it lacks`,
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
  if (statusCode !== 204) throw new FilesNotTaken(`the service responded ${String(statusCode)} to a file`);
}
