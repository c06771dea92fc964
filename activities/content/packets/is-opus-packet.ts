/** The longest frame (RFC 6716, R2), and the longest sound of a packet (R5). */
const MAX_FRAME_BYTES = 1_275;
const MAX_PACKET_MS = 120;

/** The duration of a frame by the configuration of its packet (RFC 6716, table 2). */
const SILK_MS = [10, 20, 40, 60] as const;
const HYBRID_MS = [10, 20] as const;
const CELT_MS = [2.5, 5, 10, 20] as const;

/** Returns whether a packet's frames fill it as its first bytes state (RFC 6716, 3.4: R1 to R7). */
export function isOpusPacket(packet: Buffer): boolean {
  const [toc = 0] = packet;
  const bytes = packet.length - 1;
  switch (toc & 3) {
    case 0:
      return bytes <= MAX_FRAME_BYTES;
    case 1:
      return bytes % 2 === 0 && bytes / 2 <= MAX_FRAME_BYTES;
    case 2: {
      const first = readFrameLength(packet, 1);
      return (
        first !== null &&
        first.frame <= packet.length - first.next &&
        packet.length - first.next - first.frame <= MAX_FRAME_BYTES
      );
    }
    default:
      return hasFramesOfCount(packet, frameMsOf(toc >> 3));
  }
}

/** Any number of frames, all of one length or each with its own, and padding after them. */
function hasFramesOfCount(packet: Buffer, frameMs: number): boolean {
  const count = packet[1];
  if (count === undefined) return false;
  const frames = count & 0x3f;
  if (frames === 0 || frames * frameMs > MAX_PACKET_MS) return false;
  let at = 2;
  let left = packet.length;
  if ((count & 0x40) !== 0) {
    let part = 255;
    while (part === 255) {
      part = packet[at] ?? 0;
      left -= part === 255 ? 254 : part;
      at += 1;
    }
  }
  if ((count & 0x80) === 0)
    return left >= at && (left - at) % frames === 0 && (left - at) / frames <= MAX_FRAME_BYTES;
  for (let frame = 1; frame < frames; frame += 1) {
    const length = readFrameLength(packet, at);
    if (length === null) return false;
    at = length.next;
    left -= length.frame;
  }
  return left >= at && left - at <= MAX_FRAME_BYTES;
}

/** One byte, or two from 252 on; null: the packet ends before. */
function readFrameLength(packet: Buffer, at: number): { frame: number; next: number } | null {
  const first = packet[at];
  if (first === undefined) return null;
  if (first < 252) return { frame: first, next: at + 1 };
  const second = packet[at + 1];
  return second === undefined ? null : { frame: first + 4 * second, next: at + 2 };
}

function frameMsOf(configuration: number): number {
  if (configuration < 12) return SILK_MS[(configuration & 3) as 0 | 1 | 2 | 3];
  if (configuration < 16) return HYBRID_MS[(configuration & 1) as 0 | 1];
  return CELT_MS[(configuration & 3) as 0 | 1 | 2 | 3];
}
