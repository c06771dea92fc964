import { z } from 'zod';
import type { PredictionInput } from '../../predictions/prediction-request.ts';
import { toDrawableText } from '../fonts/drawable-text.ts';
import { adCopyOf } from '../text/read-ad-copy.ts';
import { filmFormatOf, type FilmFormat } from './film-format.ts';
import { writeStoryboard, type Shot } from './storyboard.ts';
import { VIDEO_DURATIONS_SECONDS, VIDEO_QUALITIES, FILM_SCENES } from '../../film-options.ts';

/** The defaults of a video (docs/http-api.md). */
const DEFAULT_DURATION_SECONDS = 30;
const DEFAULT_QUALITY = 'standard';

const CHANNEL = z.number().min(0).max(1);
const SHOT = z.object({
  kind: z.enum(['hook', 'point', 'close']),
  text: z.string(),
  startSeconds: z.number().nonnegative(),
  endSeconds: z.number().positive(),
});

/** The result of the stage `script`, which all other stages of a film read. */
const SCRIPT = z.object({
  /** Decides the design, which has to be the same in every part of a film. */
  seed: z.string(),
  quality: z.enum(VIDEO_QUALITIES),
  durationSeconds: z.literal(VIDEO_DURATIONS_SECONDS),
  copy: z.object({
    headline: z.string(),
    body: z.string(),
    callToAction: z.string(),
    brand: z.object({ red: CHANNEL, green: CHANNEL, blue: CHANNEL }),
  }),
  /** Scenes are made in parallel; a longer film has more shots in each. */
  scenes: z.array(z.object({ shots: z.array(SHOT).min(1) })).min(1),
});

export type FilmScript = z.infer<typeof SCRIPT>;

/** Returns the script of a film, from its brief. */
export function writeScript(input: PredictionInput, seed: string): FilmScript {
  const copy = adCopyOf(input);
  const durationSeconds = input.duration_seconds ?? DEFAULT_DURATION_SECONDS;
  const shots = writeStoryboard(copy, durationSeconds);
  const scenes = Array.from({ length: FILM_SCENES }, (_, scene) => ({
    shots: shots.filter((_shot, index) => Math.floor((index * FILM_SCENES) / shots.length) === scene),
  }));
  return { seed, quality: input.quality ?? DEFAULT_QUALITY, durationSeconds, copy, scenes };
}

/** A script as a language model writes it. It has no times: these are set when it is read. */
const STORY = z.object({ scenes: z.array(z.object({ line: z.string() })).length(FILM_SCENES) });

/** Reads a script, ours or a language model's. Throws when it is neither: it may be a file that a client uploaded. */
export function parseScript(content: Uint8Array, input: PredictionInput, seed: string): FilmScript {
  const json: unknown = JSON.parse(Buffer.from(content).toString('utf8'));
  const story = STORY.safeParse(json).data;
  return story === undefined ? SCRIPT.parse(json) : scriptOfStory(story, input, seed);
}

/** Each scene is one shot, and all are of the same length. */
function scriptOfStory({ scenes }: z.infer<typeof STORY>, input: PredictionInput, seed: string): FilmScript {
  const durationSeconds = input.duration_seconds ?? DEFAULT_DURATION_SECONDS;
  const seconds = durationSeconds / FILM_SCENES;
  const shots = scenes.map(({ line }, index) => ({
    kind:
      index === 0 ? ('hook' as const) : index === FILM_SCENES - 1 ? ('close' as const) : ('point' as const),
    text: toDrawableText(line),
    startSeconds: index * seconds,
    endSeconds: (index + 1) * seconds,
  }));
  return {
    ...{ seed, durationSeconds, quality: input.quality ?? DEFAULT_QUALITY, copy: adCopyOf(input) },
    scenes: shots.map((shot) => ({ shots: [shot] })),
  };
}

export function formatOfScript({ quality, durationSeconds }: FilmScript): FilmFormat {
  return filmFormatOf(quality, durationSeconds);
}

export function shotsOf({ scenes }: FilmScript): readonly Shot[] {
  return scenes.flatMap(({ shots }) => shots);
}

/** One scene of a film: its shots, the index of the first among all shots, and its frames, up to before `endFrame`. */
type FilmScene = {
  readonly shots: readonly Shot[];
  readonly firstShot: number;
  readonly firstFrame: number;
  readonly endFrame: number;
};

/** Returns a scene by its number, from 1. Throws RangeError when the film has no such scene. */
export function sceneOf(script: FilmScript, part: number): FilmScene {
  const shots = script.scenes[part - 1]?.shots;
  const [first, last] = [shots?.[0], shots?.at(-1)];
  if (shots === undefined || first === undefined || last === undefined)
    throw new RangeError(`the script has no scene ${String(part)}`);
  const { framesPerSecond } = formatOfScript(script);
  return {
    shots,
    firstShot: script.scenes.slice(0, part - 1).reduce((sum, scene) => sum + scene.shots.length, 0),
    firstFrame: frameAt(first.startSeconds, framesPerSecond),
    endFrame: frameAt(last.endSeconds, framesPerSecond),
  };
}

/** The first frame at or after a time. Thirds of a second do not add up exactly. */
function frameAt(seconds: number, framesPerSecond: number): number {
  return Math.max(0, Math.ceil(seconds * framesPerSecond - 1e-6));
}
