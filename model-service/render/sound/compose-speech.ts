import type { PredictionInput } from '../../predictions/prediction-request.ts';
import { seededRandom } from '../drawing/seeded-random.ts';
import type { AudioBed } from '../encode/audio-bed.ts';

const SAMPLE_RATE = 48_000;
const PAUSE_SECONDS = 0.09;
const SENTENCE_PAUSE_SECONDS = 0.35;

/** English, and any language that is not listed. */
const SYLLABLE_SECONDS = 0.16;

/** As fast as each is spoken (Pellegrino, Coupé and Marsico 2011, Language 87(3): syllables per second). */
const SYLLABLE_SECONDS_OF: ReadonlyMap<string, number> = new Map(
  Object.entries({ de: 1 / 5.97, fr: 1 / 7.18, ja: 1 / 7.84 }),
);

/** Longer texts are cut here, where no length is asked for: a minute of sound takes a second to make. */
const MAX_SECONDS = 60;

/** The base pitch of each voice. Any other name gets a pitch from its seed. */
const PITCH_HZ: ReadonlyMap<string, number> = new Map(Object.entries({ alto: 210, tenor: 140, bass: 95 }));

/**
 * Returns a sound with the rhythm and tune of speech: one hummed syllable for each group of vowels, a pause after each
 * word, and a longer one after each sentence, whose end falls. It is as long as the text, so that a listener can tell a
 * long text from a short one, and one language from another by its pace.
 * @param input its `seconds` are the length instead: the text is cut there, or followed by silence.
 */
export function composeSpeech(
  text: string,
  {
    voice = 'alto',
    language = '',
    seconds: askedSeconds,
  }: Pick<PredictionInput, 'voice' | 'language' | 'seconds'>,
  seed: string,
): AudioBed {
  const random = seededRandom(`${seed} ${voice}`);
  const base = PITCH_HZ.get(voice) ?? 110 + 100 * random();
  const syllableSeconds = SYLLABLE_SECONDS_OF.get(language) ?? SYLLABLE_SECONDS;
  const syllables = syllablesOf(text, syllableSeconds, askedSeconds ?? MAX_SECONDS);
  const ownSeconds = Math.min(MAX_SECONDS, Math.max(0.5, syllables.at(-1)?.endSeconds ?? 0) + 0.2);
  const seconds = askedSeconds ?? ownSeconds;
  const samples = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  for (const syllable of syllables) {
    const pitch = base * (0.92 + 0.22 * random()) * (syllable.isLast ? 0.85 : 1);
    addSyllable(samples, syllable, pitch);
  }
  return { sampleRate: SAMPLE_RATE, left: samples, right: samples.slice() };
}

type Syllable = { readonly startSeconds: number; readonly endSeconds: number; readonly isLast: boolean };

function syllablesOf(text: string, syllableSeconds: number, maxSeconds: number): readonly Syllable[] {
  const syllables: Syllable[] = [];
  let at = 0.1;
  for (const word of text.split(/\s+/u)) {
    // Words without Latin vowels are counted by their letters.
    const count = Math.max(1, word.match(/[aeiouyäöüáéíóú]+/giu)?.length ?? Math.ceil([...word].length / 2));
    for (let index = 0; index < count && at < maxSeconds; index++) {
      const isLast = index === count - 1 && /[.!?]$/u.test(word);
      syllables.push({ startSeconds: at, endSeconds: at + syllableSeconds, isLast });
      at += syllableSeconds;
    }
    at += /[.!?]$/u.test(word) ? SENTENCE_PAUSE_SECONDS : PAUSE_SECONDS;
  }
  return syllables;
}

/** Adds a tone with two overtones that swells and fades. */
function addSyllable(samples: Float32Array, { startSeconds, endSeconds }: Syllable, pitchHz: number): void {
  const first = Math.round(startSeconds * SAMPLE_RATE);
  const count = Math.min(Math.round((endSeconds - startSeconds) * SAMPLE_RATE), samples.length - first);
  for (let n = 0; n < count; n++) {
    const phase = (2 * Math.PI * pitchHz * n) / SAMPLE_RATE;
    const envelope = Math.sin((Math.PI * n) / count) ** 0.7;
    const wave = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase);
    samples[first + n] = (samples[first + n] ?? 0) + 0.2 * envelope * wave;
  }
}
