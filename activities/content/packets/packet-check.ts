import { isAacPacket, readAacConfig } from './is-aac-packet.ts';
import { isAv1Packet } from './is-av1-packet.ts';
import { isAvcPacket, isHevcPacket, readNalFormat } from './is-nal-packet.ts';
import { isFlacFrame } from './is-flac-frame.ts';
import { isOpusPacket } from './is-opus-packet.ts';
import { isVp8Packet, isVp9Packet } from './is-vpx-packet.ts';

/**
 * Returns whether a packet is built as its codec demands. `isFirst`: it is the first of its track, so it must be
 * decodable without another.
 */
type PacketCheck = (packet: Buffer, isFirst: boolean) => boolean;

/** A shorter packet may be all zeros, as an empty subtitle is. */
const MIN_ZEROS_BYTES = 8;

/**
 * The first bit of a Vorbis packet of sound is 0 (Vorbis I, 4.3.1). Its header packets are not among the packets of a
 * track.
 */
const VORBIS_HEADER_BIT = 1;

/** Follows the length of a ProRes frame (SMPTE RDD 36, 5.1). */
const PRORES_NAME = 'icpf';

/**
 * Returns the check of a codec's packets. It reads headers and lengths, which noise and bytes of another file do not
 * have; nothing is decoded. A packet of an unknown codec only has to hold something other than zeros.
 * @param description what the container tells a decoder of the track; empty: nothing
 */
export function packetCheckOf(codec: string, description: Buffer): PacketCheck {
  // Samples without a codec are zeros when they are silent.
  if (/pcm|ulaw|alaw/.test(codec)) return (packet) => packet.length > 0;
  const check = checkOf(codec, description);
  return (packet, isFirst) => packet.length > 0 && !isZeros(packet) && check(packet, isFirst);
}

function checkOf(codec: string, description: Buffer): PacketCheck {
  switch (codec) {
    case 'avc': {
      const format = readNalFormat('avc', description);
      return (packet, isFirst) => isAvcPacket(packet, format, isFirst);
    }
    case 'hevc': {
      const format = readNalFormat('hevc', description);
      return (packet, isFirst) => isHevcPacket(packet, format, isFirst);
    }
    case 'vp8':
      return isVp8Packet;
    case 'vp9':
      return isVp9Packet;
    case 'av1':
      return isAv1Packet;
    case 'prores':
      return (packet) => packet.toString('latin1', 4, 8) === PRORES_NAME;
    case 'aac': {
      const config = readAacConfig(description);
      return (packet) => isAacPacket(packet, config);
    }
    case 'opus':
      return isOpusPacket;
    case 'vorbis':
      return ([first = 0]) => (first & VORBIS_HEADER_BIT) === 0;
    case 'flac':
      return isFlacFrame;
    default:
      return () => true;
  }
}

function isZeros(bytes: Buffer): boolean {
  return bytes.length >= MIN_ZEROS_BYTES && bytes.every((byte) => byte === 0);
}
