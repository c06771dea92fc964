import { seededRandom } from '../drawing/seeded-random.ts';
import type { AudioBed } from '../encode/audio-bed.ts';

const SAMPLE_RATE = 48_000;
const SYLLABLE_SECONDS = 0.16;
const PAUSE_SECONDS = 0.09;
const SENTENCE_PAUSE_SECONDS = 0.35;

/** Longer texts are cut here, where no length is asked for: a minute of sound takes a second to make. */
const MAX_SECONDS = 60;

/** The base pitch of each voice. Any other name gets a pitch from its seed. */
const PITCH_HZ: Readonly<Record<string, number>> = { alto: 210, tenor: 140, bass: 95 };

/**
 * Returns a sound with the rhythm and tune of speech: one hummed syllable for each group of vowels, a pause after each
 * word, and a longer one after each sentence, whose end falls. It is as long as the text, so that a listener can tell a
 * long text from a short one.
 * @param askedSeconds its length instead: the text is cut there, or followed by silence.
 */
export function composeSpeech(text: string, voice: string, seed: string, askedSeconds?: number): AudioBed {
  const random = seededRandom(`${seed} ${voice}`);
  const base = PITCH_HZ[voice] ?? 110 + 100 * random();
  const syllables = syllablesOf(text, askedSeconds ?? MAX_SECONDS);
  const ownSeconds = Math.min(MAX_SECONDS, Math.max(0.5, syllables.at(-1)?.endSeconds ?? 0) + 0.2);
  const seconds = askedSeconds ?? ownSeconds;
  const samples = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  for (const syllable of syllables) {
    const pitch = base * (0.92 + 0.22 * random()) * (syllable.isLast ? 0.85 : 1);
    addSyllable(samples, syllable.startSeconds, pitch);
  }
  return { sampleRate: SAMPLE_RATE, left: samples, right: samples.slice() };
}

type Syllable = { readonly startSeconds: number; readonly endSeconds: number; readonly isLast: boolean };

function syllablesOf(text: string, maxSeconds: number): readonly Syllable[] {
  const syllables: Syllable[] = [];
  let at = 0.1;
  for (const word of text.split(/\s+/u)) {
    // Words without Latin vowels are counted by their letters.
    const count = Math.max(1, word.match(/[aeiouyäöüáéíóú]+/giu)?.length ?? Math.ceil([...word].length / 2));
    for (let index = 0; index < count && at < maxSeconds; index++) {
      const isLast = index === count - 1 && /[.!?]$/u.test(word);
      syllables.push({ startSeconds: at, endSeconds: at + SYLLABLE_SECONDS, isLast });
      at += SYLLABLE_SECONDS;
    }
    at += /[.!?]$/u.test(word) ? SENTENCE_PAUSE_SECONDS : PAUSE_SECONDS;
  }
  return syllables;
}

/** Adds a tone with two overtones that swells and fades. */
function addSyllable(samples: Float32Array, startSeconds: number, pitchHz: number): void {
  const first = Math.round(startSeconds * SAMPLE_RATE);
  const count = Math.min(Math.round(SYLLABLE_SECONDS * SAMPLE_RATE), samples.length - first);
  for (let n = 0; n < count; n++) {
    const phase = (2 * Math.PI * pitchHz * n) / SAMPLE_RATE;
    const envelope = Math.sin((Math.PI * n) / count) ** 0.7;
    const wave = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase);
    samples[first + n] = (samples[first + n] ?? 0) + 0.2 * envelope * wave;
  }
}
