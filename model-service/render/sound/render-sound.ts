import { productOf } from '../../predictions/products.ts';
import { composeAudioBed } from '../encode/audio-bed.ts';
import { encodeSound } from '../encode/encode-sound.ts';
import type { RenderRequest } from '../workers/render-message.ts';
import { composeSpeech } from './compose-speech.ts';

/** The loudness of music under speech. */
const BED_GAIN = 0.5;

/** Makes a sound, or one stage of it: the script as JSON, the voice alone, or the voice over music. */
export async function renderSound(
  request: RenderRequest,
  onProgress: (stage: string, fraction: number) => void,
): Promise<{ readonly contentType: string; readonly content: Uint8Array }> {
  const { input } = request;
  const { contentType } = productOf(input);
  const stage = input.stage?.name;
  onProgress(stage ?? 'voice', 0);
  if (stage === 'script') {
    const lines = textOf(request).split(/(?<=[.!?])\s+/u);
    return { contentType, content: Buffer.from(JSON.stringify({ lines })) };
  }
  const speech = composeSpeech(textOf(request), input, request.seed);
  if (stage === 'render') {
    const bed = composeAudioBed(speech.left.length / speech.sampleRate, 0);
    mixUnder(speech.left, bed.left);
    mixUnder(speech.right, bed.right);
  }
  return { contentType, content: await encodeSound(speech) };
}

function textOf({ input, inputs }: RenderRequest): string {
  const said = [input.text ?? '', input.instruction ?? ''].filter((text) => text !== '').join(' ');
  const script = inputs.find(({ stage }) => stage === 'script');
  if (script === undefined) return said;
  const { lines } = JSON.parse(Buffer.from(script.content).toString('utf8')) as { readonly lines?: unknown };
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string').join(' ') : said;
}

function mixUnder(samples: Float32Array, bed: Float32Array): void {
  samples.forEach((sample, n) => {
    samples[n] = sample + BED_GAIN * (bed[n] ?? 0);
  });
}
