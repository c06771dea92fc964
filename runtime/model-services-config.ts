import { ConfigurationError } from './configuration-error.ts';
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts';

/** Where model services are: the API offers what they make, and workers have them make it. */
export const MODEL_SERVICE_SETTINGS = [
  'MODEL_SERVICE_URL',
  'GPU_SERVICE_URL',
  'OPENAI_URL',
  'REPLICATE_URL',
  'FAL_URL',
] as const satisfies SettingName[];

/** The keys are the workers' alone. */
export const MODEL_SERVICE_KEYS = [
  'MODEL_SERVICE_API_KEY',
  'GPU_SERVICE_API_KEY',
  'OPENAI_API_KEY',
  'REPLICATE_API_TOKEN',
  'FAL_KEY',
] as const satisfies SettingName[];

type UrlSettings = { readonly [Name in (typeof MODEL_SERVICE_SETTINGS)[number]]: SettingValue<Name> };
type KeySettings = { readonly [Name in (typeof MODEL_SERVICE_KEYS)[number]]: SettingValue<Name> };

/** By the provider that models name. Null: there is none, and what it makes is not offered. */
export type ModelServiceUrls = Readonly<
  Record<'local' | 'gpu' | 'openai' | 'replicate' | 'fal', string | null>
>;

export type ModelServiceKeys = {
  /** Null: the service asks for none. */
  readonly local: string | null;
  readonly gpu: string | null;
  /** Empty where there is no such service. */
  readonly openai: string;
  readonly replicate: string;
  readonly fal: string;
};

export function modelServicesOf(settings: UrlSettings): ModelServiceUrls {
  return {
    local: settings.MODEL_SERVICE_URL,
    gpu: settings.GPU_SERVICE_URL,
    openai: settings.OPENAI_URL,
    replicate: settings.REPLICATE_URL,
    fal: settings.FAL_URL,
  };
}

/** Throws ConfigurationError for a service without the key that it cannot do without. */
export function modelServiceKeysOf(settings: UrlSettings & KeySettings): ModelServiceKeys {
  const keyOf = (
    url: 'OPENAI_URL' | 'REPLICATE_URL' | 'FAL_URL',
    name: 'OPENAI_API_KEY' | 'REPLICATE_API_TOKEN' | 'FAL_KEY',
  ): string => {
    const key = settings[name];
    if (settings[url] === null || key !== null) return key ?? '';
    throw new ConfigurationError([{ name, fault: `is not set, and ${url} is`, doc: SETTINGS[name].doc }]);
  };
  return {
    local: settings.MODEL_SERVICE_API_KEY,
    gpu: settings.GPU_SERVICE_API_KEY,
    openai: keyOf('OPENAI_URL', 'OPENAI_API_KEY'),
    replicate: keyOf('REPLICATE_URL', 'REPLICATE_API_TOKEN'),
    fal: keyOf('FAL_URL', 'FAL_KEY'),
  };
}
