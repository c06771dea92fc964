import type { KindFields } from '../../domain/work/job-request.ts';
import type { StageFile, StageToInput } from '../../domain/work/models.ts';
import type { ModelDefinition } from '../catalogue-definition.ts';

/**
 * Models of other services. Each is offered when its service has an address and the workers its key. Inputs and prices
 * are as published; the page is named beside each.
 */

const CANCEL_RULE = 'Cancel at any time before it is delivered and all of its credits return.';

const PICTURE_TIMES = {
  times: { expectedSeconds: 30, startDeadlineSeconds: 120, stuckSeconds: 180, deadlineSeconds: 900 },
} as const;

const DEADLINES = { minDeadlineSeconds: 30, maxDeadlineSeconds: 3_600 } as const;

/** Pixels that FLUX is asked for: a shape that it was trained on, of less than a megapixel. */
const PORTRAIT = { width: 768, height: 1_024 } as const;
const WIDE = { width: 1_024, height: 576 } as const;

/**
 * https://fal.ai/models/fal-ai/flux/dev/api: `prompt`, `image_size` ("The size of the generated image": a width and a height in pixels, or a name
 * that has none there), `output_format`; $0.025 for each megapixel. It draws from words alone: its schema has no field for a picture.
 */
const FAL_STATIC_AD: ModelDefinition = {
  name: 'fal/flux-dev',
  provider: 'fal',
  remoteId: 'fal-ai/flux/dev',
  makes: { static_ad: { ...PICTURE_TIMES, dimensions: PORTRAIT } },
  ...DEADLINES,
  cancelRule: CANCEL_RULE,
  cost: { per_unit: '0.0250' },
  takesReferences: false,
  toInput: (work) => ({
    prompt: pictureOf(work),
    image_size: PORTRAIT,
    num_images: 1,
    output_format: 'png',
  }),
};

/**
 * https://replicate.com/google/nano-banana/api: `prompt`, `image_input` (pictures to work from), `output_format`; $0.039 for each picture. It
 * publishes no size in pixels (`aspect_ratio` is that of the first picture unless it is named), so that any will do.
 */
const REPLICATE_STATIC_AD: ModelDefinition = {
  name: 'replicate/nano-banana',
  provider: 'replicate',
  remoteId: 'google/nano-banana',
  makes: { static_ad: PICTURE_TIMES },
  ...DEADLINES,
  cancelRule: CANCEL_RULE,
  cost: { per_call: '0.0390' },
  toInput: (work, references) => ({
    prompt: pictureOf(work),
    image_input: references.map(({ sha256 }) => sha256),
    output_format: 'png',
  }),
};

/** Scenes of a film; the script is asked for as many. */
const SCENES = 4;

/** https://platform.openai.com/docs/guides/structured-outputs: a schema that is strict names every property, and no others. */
const SCENE_FIELDS = { line: { type: 'string' }, picture: { type: 'string' }, motion: { type: 'string' } };
const FILM_SCHEMA = {
  type: 'object',
  properties: {
    scenes: {
      type: 'array',
      items: {
        type: 'object',
        properties: SCENE_FIELDS,
        required: Object.keys(SCENE_FIELDS),
        additionalProperties: false,
      },
    },
  },
  required: ['scenes'],
  additionalProperties: false,
} as const;

/** https://platform.openai.com/docs/api-reference/chat/create */
const script: StageToInput = (work) => ({
  messages: [
    {
      role: 'system',
      content:
        `Write an advertising film of ${String(secondsOf(work))} seconds in exactly ${String(SCENES)} scenes. ` +
        'line: what the voice says in it, short enough to be said in its time. picture: what its first frame shows, ' +
        'without any lettering. motion: what moves, and how the camera does.',
    },
    { role: 'user', content: pictureOf(work) },
  ],
  response_format: { type: 'json_schema', json_schema: { name: 'film', strict: true, schema: FILM_SCHEMA } },
});

/** https://fal.ai/models/fal-ai/flux/dev/api */
const scenes: StageToInput = (_work, { part, inputs }) => ({
  prompt: sceneOf(inputs, part).picture,
  image_size: WIDE,
  num_images: 1,
  output_format: 'png',
});

/** https://fal.ai/models/fal-ai/kling-video/v2.1/standard/image-to-video/api: `duration` is "5" or "10". */
const motion: StageToInput = (work, { part, inputs }) => ({
  prompt: sceneOf(inputs, part).motion,
  image_url: fileOf(inputs, 'scenes', part),
  duration: secondsOf(work) / SCENES <= 5 ? '5' : '10',
});

/** https://platform.openai.com/docs/api-reference/audio/createSpeech */
const voice: StageToInput = (_work, { inputs }) => ({
  input: linesOf(inputs).join('\n'),
  voice: 'alloy',
  response_format: 'mp3',
});

/** A film by four services. Captions and the final cut are ours: the local model service. */
const FILM: ModelDefinition = {
  name: 'studio/film',
  provider: 'local',
  makes: {
    video_ad: {
      times: { expectedSeconds: 600, startDeadlineSeconds: 700, stuckSeconds: 1_200, deadlineSeconds: 2_700 },
      stages: [
        {
          ...{ name: 'script', provider: 'openai', model: 'chat/gpt-5-mini', toInput: script },
          ...{ mediaType: 'application/json', share: 0.04, cost: { per_call: '0.0050' } },
        },
        {
          ...{ name: 'scenes', provider: 'fal', model: 'fal-ai/flux/dev', toInput: scenes },
          ...{ needs: ['script'], parts: SCENES, mediaType: 'image/png', share: 0.1 },
          ...{ dimensions: WIDE, cost: { per_unit: '0.0250' } },
        },
        {
          ...{ name: 'motion', provider: 'fal', toInput: motion },
          model: 'fal-ai/kling-video/v2.1/standard/image-to-video',
          ...{ needs: ['script', 'scenes'], parts: SCENES, mediaType: 'video/mp4', share: 0.76 },
          // $0.28 for 5 seconds, $0.056 for each second more.
          cost: { per_unit: '0.0560' },
        },
        {
          ...{ name: 'voice', provider: 'openai', model: 'speech/gpt-4o-mini-tts', toInput: voice },
          // About $0.015 for a minute.
          ...{ needs: ['script'], mediaType: 'audio/mpeg', share: 0.04, cost: { per_call: '0.0150' } },
        },
        {
          ...{ name: 'captions', model: 'local/captions' },
          ...{ needs: ['script'], mediaType: 'text/vtt', share: 0.01 },
        },
        {
          ...{ name: 'render', model: 'local/render', mediaType: 'video/mp4', share: 0.05 },
          needs: ['script', 'motion', 'voice', 'captions'],
        },
      ],
    },
  },
  ...DEADLINES,
  cancelRule: CANCEL_RULE,
  takesReferences: false,
};

export const SERVICE_MODELS: readonly ModelDefinition[] = [FAL_STATIC_AD, REPLICATE_STATIC_AD, FILM];

/** The visual description of a scene. */
function pictureOf({ brief, instruction }: KindFields): string {
  const { headline, body, call_to_action: action, brand_color: color } = brief as Brief;
  return [
    'An advertisement.',
    `Headline: ${headline}`,
    ...(body === undefined ? [] : [`It says: ${body}`]),
    ...(action === undefined ? [] : [`Button: ${action}`]),
    ...(color === undefined ? [] : [`Main colour: ${color}`]),
    ...(typeof instruction === 'string' ? [`Wishes: ${instruction}`] : []),
  ].join('\n');
}

type Brief = {
  readonly headline: string;
  readonly body?: string;
  readonly call_to_action?: string;
  readonly brand_color?: string;
};

type Scene = { readonly line: string; readonly picture: string; readonly motion: string };

function secondsOf({ duration_seconds: seconds }: KindFields): number {
  return typeof seconds === 'number' ? seconds : 30;
}

/** Throws for an invalid script: its stage does not begin. */
function scenesOf(inputs: readonly StageFile[]): readonly Scene[] {
  const text = inputs.find(({ stage }) => stage === 'script')?.text ?? '';
  const { scenes: written } = JSON.parse(text) as { readonly scenes: readonly Scene[] };
  if (written.length !== SCENES) throw new RangeError(`the script has ${String(written.length)} scenes`);
  return written;
}

function sceneOf(inputs: readonly StageFile[], part: number): Scene {
  const scene = scenesOf(inputs)[part - 1];
  if (scene === undefined) throw new RangeError(`the script has no scene ${String(part)}`);
  return scene;
}

function linesOf(inputs: readonly StageFile[]): readonly string[] {
  return scenesOf(inputs).map(({ line }) => line);
}

function fileOf(inputs: readonly StageFile[], stage: string, part: number): string {
  const file = inputs.find((input) => input.stage === stage && input.part === part);
  if (file === undefined) throw new RangeError(`${stage} ${String(part)} is missing`);
  return file.sha256;
}
