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
  /** One try, with its redirects and all of its bytes. */
  readonly tryTimeoutMs: number;
  /** Between one try and the next; as many tries as pauses, and one. */
  readonly pausesMs: readonly number[];
};

/** A try is long enough for 10 MiB at 4 Mbit/s; what fails for a moment is back within five seconds, or not soon. */
export const FETCH_LIMITS: FetchLimits = { tryTimeoutMs: 20_000, pausesMs: [1_000, 4_000] };

/** The longest that one asset takes. */
export function longestFetchMs({ tryTimeoutMs, pausesMs }: FetchLimits): number {
  return (pausesMs.length + 1) * tryTimeoutMs + pausesMs.reduce((sum, ms) => sum + ms, 0);
}

/** Too busy, or in trouble: it may be there in a moment. Any other refusal of a server is its last word. */
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
 * Brings one asset into our store, says what it is by its own bytes, and reads it to its end. Null: it could not be had this
 * time. Rejects only when our own store fails, or the caller's signal is aborted.
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
    // Ours, and not part of the time a server has: what is refused here is swept, since nothing refers to it.
    const picture = await inspectPicture(() => readKept(assets, fetched.asset.sha256));
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
  // Its reader still sees its errors; a stream that is dropped unread must not end the process with them.
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

/** Ours to mend, not the customer's: the activity is tried again. */
class StoreFailed extends Error {
  override readonly name = 'StoreFailed';
}

/** Passes on what begins like a picture, and stops before anything else has been written. */
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
