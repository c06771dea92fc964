/** Stereo sound as samples between −1 and 1. */
export type AudioBed = {
  readonly sampleRate: number;
  readonly left: Float32Array;
  readonly right: Float32Array;
};

const SAMPLE_RATE = 48_000;
const BEAT_SECONDS = 60 / 92;
const BEATS_PER_CHORD = 4;
const FADE_SECONDS = 1.2;

/** I – V – vi – IV in semitones above the key: friendly, and it can end after any chord. */
const CHORDS = [
  [0, 4, 7, 14],
  [-5, 2, 7, 11],
  [-3, 4, 7, 12],
  [-7, 5, 9, 12],
] as const;

/** The note of the chord that each eighth plays: a figure that rises and falls. */
const FIGURE = [0, 2, 1, 3, 2, 1, 3, 2] as const;

/**
 * Returns quiet synthesized music: a slow pad, a plucked figure over it, and a soft pulse. It is free of rights.
 * @param key semitones above A2, which makes films sound different
 */
export function composeAudioBed(durationSeconds: number, key: number): AudioBed {
  const samples = Math.round(durationSeconds * SAMPLE_RATE);
  const left = new Float32Array(samples);
  const right = new Float32Array(samples);
  const root = 110 * 2 ** ((key % 12) / 12);
  const chordSeconds = BEAT_SECONDS * BEATS_PER_CHORD;
  for (let start = 0, bar = 0; start < durationSeconds; start += chordSeconds, bar += 1) {
    const chord = CHORDS[bar % CHORDS.length] ?? CHORDS[0];
    chord.forEach((semitones, voice) => {
      const pan = 0.3 + (0.4 * voice) / (chord.length - 1);
      addPad(left, right, root * 2 ** (semitones / 12), start, chordSeconds, pan);
    });
    FIGURE.forEach((voice, eighth) => {
      const frequency = 2 * root * 2 ** (chord[voice] / 12);
      addPluck(left, right, frequency, start + (eighth * BEAT_SECONDS) / 2, eighth % 2 === 0 ? 0.35 : 0.65);
    });
    for (let beat = 0; beat < BEATS_PER_CHORD; beat += 2) addPulse(left, right, start + beat * BEAT_SECONDS);
  }
  fadeEnds(left);
  fadeEnds(right);
  return { sampleRate: SAMPLE_RATE, left, right };
}

/** Two slightly detuned sines that swell and overlap into the next chord. */
function addPad(
  left: Float32Array,
  right: Float32Array,
  frequency: number,
  start: number,
  seconds: number,
  pan: number,
): void {
  const length = seconds * 1.35;
  const slow = (2 * Math.PI * frequency * 0.9985) / SAMPLE_RATE;
  const fast = (2 * Math.PI * frequency * 1.0015) / SAMPLE_RATE;
  addVoice(left, right, start, length, pan, (n) => {
    const swell = Math.sin((Math.PI * n) / (length * SAMPLE_RATE));
    return 0.045 * swell * (Math.sin(slow * n) + Math.sin(fast * n));
  });
}

/** A sine with one overtone that dies away within half a second. */
function addPluck(
  left: Float32Array,
  right: Float32Array,
  frequency: number,
  start: number,
  pan: number,
): void {
  const step = (2 * Math.PI * frequency) / SAMPLE_RATE;
  addVoice(left, right, start, 0.7, pan, (n) => {
    const attack = Math.min(1, n / 200);
    const decay = Math.exp(-n / (0.16 * SAMPLE_RATE));
    return 0.07 * attack * decay * (Math.sin(step * n) + 0.3 * Math.sin(2 * step * n));
  });
}

/** A low thump whose pitch falls. */
function addPulse(left: Float32Array, right: Float32Array, start: number): void {
  addVoice(left, right, start, 0.3, 0.5, (n) => {
    const t = n / SAMPLE_RATE;
    return (
      0.22 *
      Math.min(1, n / 120) *
      Math.exp(-t / 0.08) *
      Math.sin(2 * Math.PI * (48 * t + 3 * (1 - Math.exp(-t / 0.03))))
    );
  });
}

function addVoice(
  left: Float32Array,
  right: Float32Array,
  start: number,
  seconds: number,
  pan: number,
  wave: (n: number) => number,
): void {
  const first = Math.round(start * SAMPLE_RATE);
  const count = Math.min(Math.round(seconds * SAMPLE_RATE), left.length - first);
  for (let n = 0; n < count; n += 1) {
    const value = wave(n);
    left[first + n] = (left[first + n] ?? 0) + value * (1 - pan) * 1.4;
    right[first + n] = (right[first + n] ?? 0) + value * pan * 1.4;
  }
}

function fadeEnds(channel: Float32Array): void {
  const length = Math.min(FADE_SECONDS * SAMPLE_RATE, channel.length / 2);
  for (let n = 0; n < length; n += 1) {
    const gain = Math.sin((Math.PI / 2) * (n / length)) ** 2;
    const end = channel.length - 1 - n;
    channel[n] = (channel[n] ?? 0) * gain;
    channel[end] = (channel[end] ?? 0) * gain;
  }
}
