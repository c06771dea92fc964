import { isAacPacket, readAacConfig } from './is-aac-packet.ts';
import { isAv1Packet } from './is-av1-packet.ts';
import { isAvcPacket, isHevcPacket, readNalFormat } from './is-nal-packet.ts';
import { isFlacFrame } from './is-flac-frame.ts';
import { isOpusPacket } from './is-opus-packet.ts';
import { isVp8Packet, isVp9Packet } from './is-vpx-packet.ts';

/** Whether a packet is built as its codec builds them. `isFirst`: of its track, where a decoder has nothing to go by yet. */
export type PacketCheck = (packet: Buffer, isFirst: boolean) => boolean;

/** Shorter ones may well be zeros, as an empty subtitle is. */
const MIN_ZEROS_BYTES = 8;

/** Of a Vorbis packet of sound the first bit is 0; those of its headers stand elsewhere (Vorbis I, 4.3.1). */
const VORBIS_HEADER_BIT = 1;

/** Of a ProRes frame, behind its length (SMPTE RDD 36, 5.1). */
const PRORES_NAME = 'icpf';

/**
 * Says how packets of a codec are looked at. What is read are headers and lengths, which noise and another file's bytes do not have; nothing is
 * decoded. Of a codec that is not known here a packet has to hold something.
 * @param description of the track: what its container says to a decoder; empty where it says nothing
 */
export function packetCheckOf(codec: string, description: Buffer): PacketCheck {
  // Silence is zeros where samples are not coded.
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
