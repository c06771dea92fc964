import { productOf, stageOf } from '../predictions/products.ts';
import { composeAudioBed } from './encode/audio-bed.ts';
import { parseScript, sceneOf, writeScript, formatOfScript } from './film/film-script.ts';
import type { RenderRequest } from './workers/render-message.ts';
import { seededRandom } from './drawing/seeded-random.ts';
import { writeCaptions } from './film/write-captions.ts';
import type { StageName } from '../film-options.ts';

type OnProgress = (stage: string, fraction: number) => void;

/** An AAC block: 1,024 samples at 48 kHz. */
const AAC_BLOCK_SECONDS = 1_024 / 48_000;

/**
 * How each stage of a film is made from the results of earlier ones. Modules that are slow to load are loaded on
 * demand.
 */
const MAKE: Readonly<
  Record<StageName, (request: RenderRequest, onProgress: OnProgress) => Promise<Uint8Array | string>>
> = {
  script: ({ input, seed }) => Promise.resolve(JSON.stringify(writeScript(input, seed))),
  async scenes(request, onProgress) {
    const { drawStoryboard } = await import('./drawing/draw-storyboard.ts');
    return drawStoryboard(scriptOf(request), partOf(request), onProgress, await referencesOf(request));
  },
  async motion(request, onProgress) {
    const { moveScene } = await import('./drawing/move-scene.ts');
    const pictures = resultsOf(request, 'scenes');
    return moveScene(scriptOf(request), partOf(request), pictures, onProgress, await referencesOf(request));
  },
  async voice(request) {
    const { encodeSound } = await import('./encode/encode-sound.ts');
    const { seed, durationSeconds } = scriptOf(request);
    const key = Math.floor(seededRandom(`${seed} sound`)() * 12);
    // AAC has blocks of 21 ms after a lead-in of one. The sound is shortened so that it does not outlast the picture.
    return encodeSound(composeAudioBed(durationSeconds - AAC_BLOCK_SECONDS * 2, key));
  },
  captions: (request) => Promise.resolve(writeCaptions(scriptOf(request))),
  async render(request) {
    const { joinFilm } = await import('./encode/join-film.ts');
    const script = scriptOf(request);
    const { framesPerSecond } = formatOfScript(script);
    const clips = resultsOf(request, 'motion').map((content, index) => {
      const { firstFrame, endFrame } = sceneOf(script, index + 1);
      const startSeconds = firstFrame / framesPerSecond;
      return { content, startSeconds, fillsSeconds: endFrame / framesPerSecond - startSeconds };
    });
    if (clips.length !== script.scenes.length)
      throw new RangeError(`the film has ${String(clips.length)} of ${String(script.scenes.length)} clips`);
    const captions = Buffer.from(resultOf(request, 'captions')).toString('utf8');
    return joinFilm({ clips, sound: resultOf(request, 'voice'), captions, seconds: script.durationSeconds });
  },
};

/** Makes one part of a stage of a film. Rejects when a result that it is made from is missing or unreadable. */
export async function renderStage(
  request: RenderRequest,
  onProgress: OnProgress,
): Promise<{ readonly contentType: string; readonly content: Uint8Array }> {
  const stage = stageOf(request.input);
  onProgress(stage, 0);
  const content = await MAKE[stage](request, onProgress);
  return {
    contentType: productOf(request.input).contentType,
    content: typeof content === 'string' ? Buffer.from(content) : content,
  };
}

function partOf({ input }: RenderRequest): number {
  return input.stage?.part ?? 1;
}

async function referencesOf({ references = [] }: RenderRequest) {
  const { loadReferences } = await import('./drawing/reference-cards.ts');
  return loadReferences(references);
}

function scriptOf(request: RenderRequest) {
  return parseScript(resultOf(request, 'script'), request.input, request.seed);
}

function resultOf(request: RenderRequest, stage: StageName): Uint8Array {
  const [result] = resultsOf(request, stage);
  if (result === undefined) throw new RangeError(`the result of ${stage} is missing`);
  return result;
}

function resultsOf({ inputs }: RenderRequest, stage: StageName): readonly Uint8Array[] {
  return inputs
    .filter((input) => input.stage === stage)
    .sort((one, other) => one.part - other.part)
    .map(({ content }) => content);
}
