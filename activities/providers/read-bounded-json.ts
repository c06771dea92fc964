import type { Dispatcher } from 'undici';

/** No answer of a model service is longer than this, whatever it claims: 1 MiB. */
const MAX_JSON_BYTES = 1_048_576;

/**
 * Reads a JSON body of at most MAX_JSON_BYTES; undefined when it is longer or not JSON. Rejects when the connection
 * breaks on the way.
 */
export async function readBoundedJson(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_JSON_BYTES) {
      body.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
