import { createFalProvider } from '../activities/providers/fal/fal-provider.ts';
import { createGenericProvider } from '../activities/providers/generic/generic-provider.ts';
import { createOpenAiProvider } from '../activities/providers/openai/openai-provider.ts';
import type { Provider } from '../activities/providers/provider.ts';
import { createReplicateProvider } from '../activities/providers/replicate/replicate-provider.ts';
import type { WorkerConfig } from '../runtime/settings/config.ts';

/** An adapter for every model service that has an address, under the models' name of it. */
export function createProviders({
  modelServices: urls,
  modelServiceKeys: keys,
}: Pick<WorkerConfig, 'modelServices' | 'modelServiceKeys'>): readonly Provider[] {
  const made = (url: string | null, create: (baseUrl: string) => Provider): readonly Provider[] =>
    url === null ? [] : [create(url)];
  return [
    ...made(urls.local, (baseUrl) => createGenericProvider({ name: 'local', baseUrl, apiKey: keys.local })),
    ...made(urls.gpu, (baseUrl) => createGenericProvider({ name: 'gpu', baseUrl, apiKey: keys.gpu })),
    ...made(urls.openai, (baseUrl) => createOpenAiProvider({ name: 'openai', baseUrl, apiKey: keys.openai })),
    ...made(urls.replicate, (baseUrl) =>
      createReplicateProvider({ name: 'replicate', baseUrl, apiToken: keys.replicate }),
    ),
    ...made(urls.fal, (baseUrl) => createFalProvider({ name: 'fal', baseUrl, apiKey: keys.fal })),
  ];
}
