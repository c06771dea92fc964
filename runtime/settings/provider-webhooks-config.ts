import type { ModelServiceUrls } from './model-services-config.ts';
import type { SettingName, SettingValue } from './settings.ts';

/** How the API verifies webhooks of model services. Workers read the first field only. */
export const PROVIDER_WEBHOOK_SETTINGS = [
  'PROVIDER_WEBHOOK_URL',
  'MODEL_SERVICE_WEBHOOK_SECRET',
  'GPU_SERVICE_WEBHOOK_SECRET',
  'REPLICATE_WEBHOOK_SECRET',
  'FAL_JWKS_URL',
  'FAL_USER_ID',
] as const satisfies SettingName[];

type WebhookSettings = {
  readonly [Name in (typeof PROVIDER_WEBHOOK_SETTINGS)[number]]: SettingValue<Name>;
};

export type ProviderWebhookConfig = {
  /** By provider: its Standard Webhooks secret. Null: there is no such service. */
  readonly secrets: Readonly<Record<'local' | 'gpu' | 'replicate', string | null>>;
  /** Null: there is no fal. */
  readonly fal: { readonly jwksUrl: string; readonly userId: string | null } | null;
};

/** Null: services are given no address. A service with one has a secret: see paired-settings.ts. */
export function providerWebhooksOf(
  settings: WebhookSettings,
  urls: ModelServiceUrls,
): ProviderWebhookConfig | null {
  if (settings.PROVIDER_WEBHOOK_URL === null) return null;
  return {
    secrets: {
      local: urls.local === null ? null : settings.MODEL_SERVICE_WEBHOOK_SECRET,
      gpu: urls.gpu === null ? null : settings.GPU_SERVICE_WEBHOOK_SECRET,
      replicate: urls.replicate === null ? null : settings.REPLICATE_WEBHOOK_SECRET,
    },
    fal: urls.fal === null ? null : { jwksUrl: settings.FAL_JWKS_URL, userId: settings.FAL_USER_ID },
  };
}
