import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  IMAGE_SIGNATURE_BYTES,
  imageTypeOf,
  MAX_REFERENCE_BYTES,
  type ReferenceAsset,
  type ReferenceRefusal,
} from '../../domain/work/reference-assets.ts';
import { AssetTooLarge, type AssetStore } from '../../assets/asset-store.ts';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import type { OpenOutside, OutsideAnswer } from '../../runtime/outbound/open-outside.ts';
import type { InspectPicture } from '../content/inspect-picture.ts';

export type FetchedReference =
  | { readonly outcome: 'kept'; readonly asset: ReferenceAsset }
  | { readonly outcome: 'refused'; readonly refusal: ReferenceRefusal };

export type FetchLimits = {
  /** The limit of one try, with its redirects and all its bytes. */
  readonly tryTimeoutMs: number;
  /** The pauses between tries; there is one try more than pauses. */
  readonly pausesMs: readonly number[];
};

/** 10 MiB arrive at 4 Mbit/s within one try. A fault that passes is over within five seconds, or not soon. */
export const FETCH_LIMITS: FetchLimits = { tryTimeoutMs: 20_000, pausesMs: [1_000, 4_000] };

/** The longest that fetching one asset takes. */
export function longestFetchMs({ tryTimeoutMs, pausesMs }: FetchLimits): number {
  return (pausesMs.length + 1) * tryTimeoutMs + pausesMs.reduce((sum, ms) => sum + ms, 0);
}

/** The statuses after which a try is repeated. Any other refusal is final. */
const NOT_NOW: readonly number[] = [408, 425, 429];

class NotAnImage extends Error {
  override readonly name = 'NotAnImage';
}

export type FetchDependencies = {
  readonly openOutside: OpenOutside;
  readonly assets: AssetStore;
  readonly inspectPicture: InspectPicture;
};

/**
 * Stores one asset, identifies it by its own bytes, and reads it to its end. Null: this try failed. Rejects only when
 * our own store fails, or the caller's signal is aborted.
 */
export async function fetchReference(
  { openOutside, assets, inspectPicture }: FetchDependencies,
  url: string,
  signal: AbortSignal,
  tryTimeoutMs: number,
): Promise<FetchedReference | null> {
  try {
    const fetched = await withTimeLimit(tryTimeoutMs, signal, (thisTry) =>
      openOutside(url, 'image/*', thisTry, (answer) => keep(answer, assets, thisTry)),
    );
    if (fetched?.outcome !== 'kept') return fetched;
    // Our own time, not the server's. A refused asset is swept, since nothing refers to it.
    const picture = await inspectPicture(() => readKept(assets, fetched.asset.sha256), 'accept');
    return typeof picture === 'string' ? { outcome: 'refused', refusal: picture } : fetched;
  } catch (error) {
    if (signal.aborted || error instanceof StoreFailed) throw error;
    return null;
  }
}

async function readKept(assets: AssetStore, sha256: string): Promise<Buffer> {
  try {
    const file = await assets.open(sha256);
    if (file === null) throw new RangeError(`not there: ${sha256}`);
    return await buffer(file.stream);
  } catch (error) {
    throw new StoreFailed('a reference asset that was just kept cannot be read', { cause: error });
  }
}

async function keep(
  answer: OutsideAnswer,
  assets: AssetStore,
  signal: AbortSignal,
): Promise<FetchedReference | null> {
  if (answer.outcome === 'refused') return { outcome: 'refused', refusal: answer.why };
  const { status, body, declaredBytes } = answer;
  // Its reader still gets the error; without a listener a dropped stream would end the process.
  body.on('error', () => undefined);
  if (status >= 500 || NOT_NOW.includes(status)) return null;
  if (status !== 200) return { outcome: 'refused', refusal: 'not_found' };
  if ((declaredBytes ?? 0) > MAX_REFERENCE_BYTES) return { outcome: 'refused', refusal: 'too_large' };

  let transferError: unknown;
  body.once('error', (error: unknown) => (transferError = error));
  try {
    const { sha256, bytes, firstBytes } = await assets.put(
      Readable.from(onlyImages(body), { objectMode: false }),
      {
        maxBytes: MAX_REFERENCE_BYTES,
        signal,
      },
    );
    const type = imageTypeOf(firstBytes);
    if (type === null) return { outcome: 'refused', refusal: 'not_an_image' };
    return { outcome: 'kept', asset: { sha256, content_type: type, bytes } };
  } catch (error) {
    if (error instanceof AssetTooLarge) return { outcome: 'refused', refusal: 'too_large' };
    if (error instanceof NotAnImage) return { outcome: 'refused', refusal: 'not_an_image' };
    if (error === transferError || signal.aborted) return null;
    throw new StoreFailed('a reference asset could not be kept', { cause: error });
  }
}

/** A fault of ours, not the customer's: the activity is retried. */
class StoreFailed extends Error {
  override readonly name = 'StoreFailed';
}

/** Passes on content that begins like a picture, and stops before any other is written. */
async function* onlyImages(body: Readable): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let isTold = false;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (isTold) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < IMAGE_SIGNATURE_BYTES) continue;
    if (imageTypeOf(head) === null) throw new NotAnImage('it does not begin like a picture');
    isTold = true;
    yield head;
  }
  if (!isTold) throw new NotAnImage('it is too short to be a picture');
}
