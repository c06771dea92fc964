import type { EncodedPacketSink, InputAudioTrack, InputVideoTrack } from 'mediabunny';
import { packetCheckOf } from './packet-check.ts';

/**
 * Reads every packet of a track. Returns the time at which it ends, in seconds; null: a packet is missing, empty or not
 * built as its codec demands, or none is a key packet. Nothing is decoded, but overwritten, moved and missing bytes are
 * found all the same.
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

/** Empty for anything but a buffer. The browser types of this field are not known here. */
function bytesOf(data: unknown): Buffer {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.alloc(0);
}
