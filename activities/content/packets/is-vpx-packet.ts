/** The tag of a VP8 frame: type, version, whether it is shown, length of the first partition (RFC 6386, 9.1). */
const VP8_TAG_BYTES = 3;
const VP8_KEY_TAG_BYTES = 10;
const VP8_START_CODE = 0x9d012a;
const VP8_MAX_VERSION = 3;

const VP9_FRAME_MARKER = 2;
const VP9_SYNC_CODE = 0x498342;
const VP9_RESERVED_PROFILE_BIT = 0x08;

/** Returns whether a VP8 frame has a legal tag and holds its first partition. A first one must be a key frame. */
export function isVp8Packet(packet: Buffer, isFirst: boolean): boolean {
  if (packet.length < VP8_TAG_BYTES) return false;
  const tag = packet.readUIntLE(0, VP8_TAG_BYTES);
  const isKey = (tag & 1) === 0;
  if (((tag >> 1) & 7) > VP8_MAX_VERSION || (isFirst && !isKey)) return false;
  if (isKey && (packet.length < VP8_KEY_TAG_BYTES || packet.readUIntBE(VP8_TAG_BYTES, 3) !== VP8_START_CODE))
    return false;
  return tag >> 5 <= packet.length - (isKey ? VP8_KEY_TAG_BYTES : VP8_TAG_BYTES);
}

/**
 * Returns whether a VP9 frame, or the first frame of a superframe, has a legal header (VP9 6.2). A first one must be a
 * key frame.
 */
export function isVp9Packet(packet: Buffer, isFirst: boolean): boolean {
  const [head = 0] = packet;
  if (head >> 6 !== VP9_FRAME_MARKER) return false;
  // profile_low_bit, profile_high_bit. Profile 3 alone has a reserved bit after them, which shifts the rest by one.
  const isProfile3 = ((head >> 4) & 3) === 3;
  if (isProfile3 && (head & VP9_RESERVED_PROFILE_BIT) !== 0) return false;
  const flags = isProfile3 ? head << 1 : head;
  const isShownAgain = (flags & 0x08) !== 0;
  if (isShownAgain) return !isFirst;
  const isKey = (flags & 0x04) === 0;
  if (!isKey) return !isFirst;
  return isProfile3 || (packet.length >= 4 && packet.readUIntBE(1, 3) === VP9_SYNC_CODE);
}
