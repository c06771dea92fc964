/**
 * Returns whether a picture carries a C2PA manifest: the box where its format stores one (C2PA specification 2.2,
 * "Embedding manifests": PNG `caBX`, JPEG APP11 with a JUMBF box, WebP `C2PA`, GIF an application block). The manifest
 * is not verified. Pictures are never changed, since that would invalidate their signature.
 */
export function hasC2pa(file: Buffer, mediaType: string): boolean {
  switch (mediaType) {
    case 'image/png':
      return pngChunks(file).includes('caBX');
    case 'image/webp':
      return webpChunks(file).includes('C2PA');
    case 'image/jpeg':
      return hasJumbfSegment(file);
    case 'image/gif':
      return file.includes('C2PA_GIF', 0, 'latin1');
    default:
      return false;
  }
}

const PNG_SIGNATURE_BYTES = 8;
/** Length and type before a chunk's data, a checksum after it. */
const PNG_CHUNK_FRAME_BYTES = 12;

function pngChunks(file: Buffer): readonly string[] {
  const types: string[] = [];
  for (let at = PNG_SIGNATURE_BYTES; at + PNG_CHUNK_FRAME_BYTES <= file.length;) {
    types.push(file.toString('latin1', at + 4, at + 8));
    at += file.readUInt32BE(at) + PNG_CHUNK_FRAME_BYTES;
  }
  return types;
}

const RIFF_HEADER_BYTES = 12;
const RIFF_CHUNK_HEADER_BYTES = 8;

function webpChunks(file: Buffer): readonly string[] {
  const types: string[] = [];
  for (let at = RIFF_HEADER_BYTES; at + RIFF_CHUNK_HEADER_BYTES <= file.length;) {
    types.push(file.toString('latin1', at, at + 4));
    const bytes = file.readUInt32LE(at + 4);
    // A chunk of odd length is padded to an even one.
    at += RIFF_CHUNK_HEADER_BYTES + bytes + (bytes % 2);
  }
  return types;
}

const JPEG_APP11 = 0xeb;
const JPEG_START_OF_SCAN = 0xda;
/** A segment begins with `JP`, its box has the type `jumb`, and the manifest store has the label `c2pa`. */
const JUMBF_TYPE = 'jumb';
const MANIFEST_LABEL = 'c2pa';

function hasJumbfSegment(file: Buffer): boolean {
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff; at += 2 + file.readUInt16BE(at + 2)) {
    const marker = file[at + 1];
    if (marker === JPEG_START_OF_SCAN) return false;
    const segment = file.subarray(at + 4, at + 2 + file.readUInt16BE(at + 2));
    if (marker === JPEG_APP11 && segment.includes(JUMBF_TYPE) && segment.includes(MANIFEST_LABEL))
      return true;
  }
  return false;
}
