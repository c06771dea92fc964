const SAMPLE_RATE = 8_000;
const BYTES_PER_SAMPLE = 2;

/** A tone of so many seconds as a WAV file. */
export function sineWave(seconds: number): Buffer {
  const samples = Buffer.alloc(seconds * SAMPLE_RATE * BYTES_PER_SAMPLE);
  for (let index = 0; index < samples.length; index += BYTES_PER_SAMPLE)
    samples.writeInt16LE(Math.round(8_000 * Math.sin(index / 10)), index);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(SAMPLE_RATE, 24);
  head.writeUInt32LE(SAMPLE_RATE * BYTES_PER_SAMPLE, 28);
  head.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  head.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
