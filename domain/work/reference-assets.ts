import type { WorkItem } from './job-request.ts';

/** Pictures of a brief: fetched by us once per job, kept, and given to the model service from our store. */

/** The largest asset, in bytes. A product photo from a camera has about 8 MB. */
export const MAX_REFERENCE_BYTES = 10 * 1024 * 1024;

/**
 * The most pixels of a picture, the customer's or a model's: today's phone cameras make 48 million. It bounds the
 * memory of a small file.
 */
export const MAX_PICTURE_PIXELS = 50_000_000;

/** A kept asset, named by its content. */
export type ReferenceAsset = {
  readonly sha256: string;
  readonly content_type: string;
  readonly bytes: number;
};

/** Work as a model service gets it: with the kept assets in place of the customer's addresses. */
export type ModelWork = WorkItem & { readonly reference_assets?: readonly ReferenceAsset[] | undefined };

export type ReferenceRefusal =
  | 'not_https'
  | 'bad_address'
  | 'private_address'
  | 'too_many_redirects'
  | 'too_large'
  | 'not_an_image'
  | 'damaged'
  | 'too_many_pixels'
  | 'not_found'
  | 'unreachable';

/** For the customer, after "Reference asset 2 could not be fetched: ". */
const WORDS: Readonly<Record<ReferenceRefusal, string>> = {
  not_https: 'its address does not begin with https',
  bad_address: 'its address cannot be read, or has a user name in it',
  private_address: 'its address leads to a machine that is not public',
  too_many_redirects: 'it is redirected more than three times',
  too_large: 'it is larger than 10 MiB',
  not_an_image: 'it is not a PNG, JPEG, WebP or GIF picture',
  damaged: 'it is a picture that cannot be read to its end: it is cut short or damaged',
  too_many_pixels: 'it has more than 50 million pixels',
  not_found: 'the server answered that it is not there, or not for us',
  unreachable: 'the server did not deliver it in time, though it was asked more than once',
};

/** For a sentence: `Refused: it is larger than 10 MiB`. */
export function wordsOfRefusal(refusal: ReferenceRefusal): string {
  return WORDS[refusal];
}

/** @param position of its address in the brief, from 1 */
export function detailOfRefusal(position: number, refusal: ReferenceRefusal): string {
  return `Reference asset ${String(position)} could not be fetched: ${WORDS[refusal]}. Check its address and submit again.`;
}

/** How a picture of a type begins. WebP: a RIFF box of that form. */
const SIGNATURES: readonly (readonly [type: string, begins: (firstBytes: Uint8Array) => boolean])[] = [
  ['image/png', (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ['image/jpeg', (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff])],
  ['image/gif', (bytes) => startsWith(bytes, [0x47, 0x49, 0x46, 0x38])],
  [
    'image/webp',
    (bytes) =>
      startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]),
  ],
];

/** Bytes that tell what a picture is. */
export const IMAGE_SIGNATURE_BYTES = 12;

/** The media type of a picture by its first bytes, whatever the server says; null: not a type that we take. */
export function imageTypeOf(firstBytes: Uint8Array): string | null {
  return SIGNATURES.find(([, begins]) => begins(firstBytes))?.[0] ?? null;
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/**
 * The fields that are added to a work on its way to a model (activities/attempts/model-input.ts). A kind's field of
 * that name would be overwritten.
 */
export const ADDED_TO_WORK: ReadonlySet<string> = new Set(['reference_assets', 'stage', 'inputs']);
