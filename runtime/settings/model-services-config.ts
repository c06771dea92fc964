import type { SettingName, SettingValue } from './settings.ts';

/** The addresses of model services, for the API (what is offered) and for workers. */
export const MODEL_SERVICE_SETTINGS = [
  'MODEL_SERVICE_URL',
  'GPU_SERVICE_URL',
  'OPENAI_URL',
  'REPLICATE_URL',
  'FAL_URL',
] as const satisfies SettingName[];

/** The keys are for workers only. */
export const MODEL_SERVICE_KEYS = [
  'MODEL_SERVICE_API_KEY',
  'GPU_SERVICE_API_KEY',
  'OPENAI_API_KEY',
  'REPLICATE_API_TOKEN',
  'FAL_KEY',
] as const satisfies SettingName[];

type UrlSettings = { readonly [Name in (typeof MODEL_SERVICE_SETTINGS)[number]]: SettingValue<Name> };
type KeySettings = { readonly [Name in (typeof MODEL_SERVICE_KEYS)[number]]: SettingValue<Name> };

/** The models' names of their providers. */
export const PROVIDER_NAMES = ['local', 'gpu', 'openai', 'replicate', 'fal'] as const;

/** By provider. Null: not there, and its models are not offered. */
export type ModelServiceUrls = Readonly<Record<(typeof PROVIDER_NAMES)[number], string | null>>;

export type ModelServiceKeys = {
  /** Null: the service needs none. */
  readonly local: string | null;
  readonly gpu: string | null;
  /** Empty: there is no such service. */
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

/** A service that needs a key has one: see paired-settings.ts. */
export function modelServiceKeysOf(settings: KeySettings): ModelServiceKeys {
  return {
    local: settings.MODEL_SERVICE_API_KEY,
    gpu: settings.GPU_SERVICE_API_KEY,
    openai: settings.OPENAI_API_KEY ?? '',
    replicate: settings.REPLICATE_API_TOKEN ?? '',
    fal: settings.FAL_KEY ?? '',
  };
}
