import { createFalProvider } from '../../activities/providers/fal/fal-provider.ts';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { createOpenAiProvider } from '../../activities/providers/openai/openai-provider.ts';
import { createReplicateProvider } from '../../activities/providers/replicate/replicate-provider.ts';
import type { Provider, Submission } from '../../activities/providers/provider.ts';
import type { ModelServiceSecrets } from '../../runtime/settings/config.ts';
import type { Dialect } from '../providers/contract/dialect.ts';
import { FAL_DIALECT } from '../providers/contract/fal-dialect.ts';
import { GENERIC_DIALECT } from '../providers/contract/generic-dialect.ts';
import { chatDialect } from '../providers/contract/openai-dialect.ts';
import { REPLICATE_DIALECT } from '../providers/contract/replicate-dialect.ts';

/** The smoke run at one service: the cheapest that its adapter can ask for. */
export type SmokeService = {
  /** Null: it has no key here, and is not run. */
  readonly addressOf: (secrets: ModelServiceSecrets) => string | null;
  /** What is to be set for a run. */
  readonly needs: string;
  readonly createProvider: (baseUrl: string, secrets: ModelServiceSecrets) => Provider;
  readonly dialect: Dialect;
  readonly submission: Pick<Submission, 'model' | 'input'>;
};

const PROMPT = 'A grey square';

export const SMOKE_SERVICES: Readonly<Record<string, SmokeService>> = {
  fal: {
    addressOf: ({ fal }) => (fal.key === null ? null : (fal.url ?? 'https://queue.fal.run')),
    needs: 'FAL_KEY',
    createProvider: (baseUrl, { fal }) => createFalProvider({ name: 'fal', baseUrl, apiKey: fal.key ?? '' }),
    dialect: FAL_DIALECT,
    submission: { model: 'fal-ai/flux/schnell', input: { prompt: PROMPT, num_images: 1 } },
  },
  replicate: {
    addressOf: ({ replicate }) =>
      replicate.key === null ? null : (replicate.url ?? 'https://api.replicate.com'),
    needs: 'REPLICATE_API_TOKEN',
    createProvider: (baseUrl, { replicate }) =>
      createReplicateProvider({ name: 'replicate', baseUrl, apiToken: replicate.key ?? '' }),
    dialect: REPLICATE_DIALECT,
    submission: { model: 'black-forest-labs/flux-schnell', input: { prompt: PROMPT } },
  },
  openai: {
    addressOf: ({ openai }) => (openai.key === null ? null : (openai.url ?? 'https://api.openai.com/v1/')),
    needs: 'OPENAI_API_KEY',
    createProvider: (baseUrl, { openai }) =>
      createOpenAiProvider({ name: 'openai', baseUrl, apiKey: openai.key ?? '' }),
    dialect: chatDialect(Buffer.from('Grey')),
    submission: {
      model: 'chat/gpt-4o-mini',
      input: { messages: [{ role: 'user', content: 'Say: grey' }], max_completion_tokens: 16 },
    },
  },
  generic: {
    addressOf: ({ gpu }) => gpu.url,
    needs: 'GPU_SERVICE_URL (and GPU_SERVICE_API_KEY, where it asks for one)',
    createProvider: (baseUrl, { gpu }) => createGenericProvider({ name: 'gpu', baseUrl, apiKey: gpu.key }),
    dialect: GENERIC_DIALECT,
    submission: { model: 'smoke', input: { kind: 'static_ad', brief: { headline: PROMPT } } },
  },
};
