import type { EncodedPacketSink, InputAudioTrack, InputVideoTrack } from 'mediabunny';
import { packetCheckOf } from './packet-check.ts';

/**
 * Reads a track packet by packet to its end. Returns where it ends, in seconds; null where a packet is missing, empty or not built as its codec
 * builds them. Pictures and sound are not decoded: no decoder is there. What was overwritten, moved or cut off is found all the same.
 */
export async function endOfTrack(
  sink: EncodedPacketSink,
  track: InputVideoTrack | InputAudioTrack,
): Promise<number | null> {
  const codec = await track.getCodec();
  if (codec === null) return null;
  const isWhole = packetCheckOf(codec, bytesOf((await track.getDecoderConfig())?.description));
  let seconds = 0;
  let isFirst = true;
  let hasKeyPacket = false;
  for await (const packet of sink.packets()) {
    if (!isWhole(bytesOf(packet.data), isFirst)) return null;
    isFirst = false;
    hasKeyPacket ||= packet.type === 'key';
    seconds = Math.max(seconds, packet.timestamp + packet.duration);
  }
  return hasKeyPacket ? seconds : null;
}

/** Nothing for what is no buffer: types of browsers are not known here. */
function bytesOf(data: unknown): Buffer {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.alloc(0);
}
