/**
 * Types of open bitstream units (AV1 5.3.2): the header of a sequence, and the two that begin with a picture's header.
 */
const SEQUENCE_HEADER = 1;
const FRAME_HEADER = 3;
const FRAME = 6;

const FORBIDDEN_BIT = 0x80;
const HAS_EXTENSION = 0x04;
const HAS_SIZE = 0x02;
const RESERVED_BIT = 0x01;

const MAX_SIZE_BYTES = 8;

type Unit = { readonly type: number; readonly data: Buffer };

/**
 * Returns whether units with legal headers fill a packet exactly (AV1 5.3). In a first packet the header of a sequence,
 * if it has one, comes before the picture.
 */
export function isAv1Packet(packet: Buffer, isFirst: boolean): boolean {
  const types: number[] = [];
  for (let at = 0; at < packet.length;) {
    const unit = readUnit(packet, at);
    if (unit === null) return false;
    types.push(unit.type);
    at = unit.data.byteOffset - packet.byteOffset + unit.data.length;
  }
  if (!isFirst) return true;
  const picture = types.findIndex((type) => type === FRAME_HEADER || type === FRAME);
  const sequence = types.indexOf(SEQUENCE_HEADER);
  return picture === -1 || sequence === -1 || sequence < picture;
}

function readUnit(packet: Buffer, at: number): Unit | null {
  const head = packet[at] ?? FORBIDDEN_BIT;
  if ((head & (FORBIDDEN_BIT | RESERVED_BIT)) !== 0) return null;
  const begin = at + ((head & HAS_EXTENSION) === 0 ? 1 : 2);
  const type = (head >> 3) & 0x0f;
  // The last unit of a packet may omit its size.
  if ((head & HAS_SIZE) === 0) return { type, data: packet.subarray(begin) };
  let size = 0;
  for (let byte = 0; byte < MAX_SIZE_BYTES; byte += 1) {
    const part = packet[begin + byte];
    if (part === undefined) return null;
    size += (part & 0x7f) * 2 ** (7 * byte);
    if ((part & 0x80) !== 0) continue;
    const data = begin + byte + 1;
    return data + size > packet.length ? null : { type, data: packet.subarray(data, data + size) };
  }
  return null;
}
