import { request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { requestJson } from './local-request.ts';
import type { InputFile } from './provider.ts';

/** A clip of high quality is 5 MB; on one machine that takes a moment. */
const UPLOAD_TIMEOUT_MS = 30_000;
const ASK_TIMEOUT_MS = 5_000;

const MISSING = z.object({ missing: z.array(z.string()) });

/** The service said no to a file, or did not say what it lacks. Nothing has been submitted: asking again is free. */
class FilesNotTaken extends Error {
  override readonly name = 'FilesNotTaken';
}

/**
 * Hands the service the files it does not have. Most of them it made itself a moment ago, so it is asked first, once for
 * all: as a rule nothing is sent.
 */
export async function uploadLocalFiles(
  root: URL,
  files: readonly InputFile[],
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<void> {
  const answer = await requestJson({
    method: 'POST',
    url: new URL('missing', root).href,
    body: { sha256: files.map((file) => file.sha256) },
    dispatcher,
    signal,
    timeoutMs: ASK_TIMEOUT_MS,
  });
  const asked = MISSING.safeParse(answer.body);
  if (answer.status !== 200 || !asked.success)
    throw new FilesNotTaken(`asked what it lacks, the service answered ${String(answer.status)}`);
  for (const file of files) {
    if (asked.data.missing.includes(file.sha256)) await uploadFile(root, file, dispatcher, signal);
  }
}

async function uploadFile(
  root: URL,
  file: InputFile,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<void> {
  const statusCode = await withTimeLimit(UPLOAD_TIMEOUT_MS, signal, async (limited) => {
    const answer = await request(new URL(file.sha256, root), {
      method: 'PUT',
      dispatcher,
      signal: limited,
      headers: { 'content-type': file.contentType, 'content-length': String(file.bytes) },
      body: await file.open(),
    });
    await answer.body.dump();
    return answer.statusCode;
  });
  if (statusCode !== 204) throw new FilesNotTaken(`the service answered ${String(statusCode)} to a file`);
}
