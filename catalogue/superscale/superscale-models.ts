import type { ModelDefinition } from '../catalogue-definition.ts';
import { SERVICE_MODELS } from './superscale-services.ts';

/**
 * Scenes of a film, made in parallel. Each part costs history events (a test counts those of a film), so longer films
 * have more shots per scene, not more scenes. The sandbox's scripts have as many (model-service/film-options.ts).
 */
export const FILM_SCENES = 4;

/** The local model service: it renders for real, and plays every test scenario. */
const LOCAL_RENDER: ModelDefinition = {
  name: 'local/render',
  provider: 'local',
  makes: {
    static_ad: {
      times: { expectedSeconds: 10, startDeadlineSeconds: 18, stuckSeconds: 20, deadlineSeconds: 900 },
    },
    video_ad: {
      times: { expectedSeconds: 120, startDeadlineSeconds: 200, stuckSeconds: 240, deadlineSeconds: 1_800 },
      stages: [
        filmStage('script', { mediaType: 'application/json', share: 0.02 }),
        filmStage('scenes', { needs: ['script'], parts: FILM_SCENES, mediaType: 'image/png', share: 0.12 }),
        filmStage('motion', {
          needs: ['script', 'scenes'],
          parts: FILM_SCENES,
          mediaType: 'video/mp4',
          share: 0.76,
        }),
        filmStage('voice', { needs: ['script'], mediaType: 'audio/mp4', share: 0.05 }),
        filmStage('captions', { needs: ['script'], mediaType: 'text/vtt', share: 0.01 }),
        filmStage('render', {
          needs: ['script', 'motion', 'voice', 'captions'],
          mediaType: 'video/mp4',
          share: 0.04,
        }),
      ],
    },
  },
  minDeadlineSeconds: 3,
  maxDeadlineSeconds: 3_600,
  maxAttempts: 3,
  isSandbox: true,
  cancelRule: 'Cancel at any time before it is delivered and all of its credits return.',
};

/** The first that makes a kind is its default. */
export const SUPERSCALE_MODELS: readonly ModelDefinition[] = [LOCAL_RENDER, ...SERVICE_MODELS];

type StageDefinition = NonNullable<ModelDefinition['makes'][string]['stages']>[number];

function filmStage(name: string, stage: Omit<StageDefinition, 'name' | 'model'>): StageDefinition {
  return { name, model: `local/${name}`, ...stage };
}
