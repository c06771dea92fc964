import { buffer } from 'node:stream/consumers';
import { File } from 'node:buffer';
import { FormData, request } from 'undici';
import { z } from 'zod';
import { withTimeLimit } from '../../../runtime/time-limit.ts';
import { dataUrlsOf } from '../http/data-urls.ts';
import type { ProviderClient } from '../http/provider-client.ts';
import { readAnswer } from '../http/read-answer.ts';
import type { FileNames, InputFile } from '../provider.ts';

/**
 * The largest file that is sent within the input. Replicate advises data URLs for files below 1 MB, and uploads for
 * others, up to 100 MB (https://replicate.com/docs/topics/predictions/input-files). An upload is `POST /v1/files`,
 * multipart, with the file as `content` and its name and media type
 * (https://sdks.replicate.com/resources/files/methods/create). Read in November 2026.
 */
const MAX_DATA_URL_BYTES = 256 * 1024;

/** The largest upload, below Replicate's limit. No input of ours is larger, and one is in memory at a time. */
const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;

const UPLOAD_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 65_536;

const CREATED = z.object({ urls: z.object({ get: z.url({ protocol: /^https?$/ }) }) });

/** Replicate did not take an upload. Nothing has been submitted, so a retry costs nothing. */
class FileNotTaken extends Error {
  override readonly name = 'FileNotTaken';
}

class FileTooLarge extends RangeError {
  override readonly name = 'FileTooLarge';
}

/**
 * Returns the names of files: small ones as data URLs, others uploaded. Replicate stores uploads for a day, and only
 * the account's own runs can read them. Throws FileNotTaken, or FileTooLarge.
 */
export async function nameReplicateFiles(
  client: ProviderClient,
  files: readonly InputFile[],
  signal: AbortSignal,
): Promise<FileNames> {
  const names = new Map(await dataUrlsOf(files.filter(({ bytes }) => bytes <= MAX_DATA_URL_BYTES)));
  for (const file of files) {
    if (!names.has(file.sha256)) names.set(file.sha256, await uploadFile(client, file, signal));
  }
  return names;
}

async function uploadFile(client: ProviderClient, file: InputFile, signal: AbortSignal): Promise<string> {
  if (file.bytes > MAX_UPLOAD_BYTES)
    throw new FileTooLarge(
      `input ${file.sha256} has ${String(file.bytes)} bytes; an upload may have ${String(MAX_UPLOAD_BYTES)}`,
    );
  const form = new FormData();
  form.set('content', new File([await buffer(await file.open())], file.sha256, { type: file.contentType }));
  const answer = await withTimeLimit(UPLOAD_TIMEOUT_MS, signal, async (limited) =>
    readAnswer(
      await request(client.urlOf('/v1/files'), {
        ...{ method: 'POST', headers: client.headers, body: form },
        ...{ dispatcher: client.dispatcher, signal: limited },
      }),
      MAX_ANSWER_BYTES,
    ),
  );
  const created = answer.status === 201 ? CREATED.safeParse(answer.json).data : undefined;
  if (created === undefined)
    throw new FileNotTaken(`the service responded ${String(answer.status)} to the upload of ${file.sha256}`);
  return created.urls.get;
}
