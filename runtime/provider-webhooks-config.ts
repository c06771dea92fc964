import { ConfigurationError } from './configuration-error.ts';
import type { ModelServiceUrls } from './model-services-config.ts';
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts';

/** What the API verifies webhooks of model services by. Workers read the first of them only. */
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
  /** By the provider that models name: what it signs with, as Standard Webhooks. Null: there is no such service. */
  readonly secrets: Readonly<Record<'local' | 'gpu' | 'replicate', string | null>>;
  /** Null: there is no fal. */
  readonly fal: { readonly jwksUrl: string; readonly userId: string | null } | null;
};

/** Null where services are told no address. Throws ConfigurationError for a service whose webhooks could not be verified. */
export function providerWebhooksOf(
  settings: WebhookSettings,
  urls: ModelServiceUrls,
): ProviderWebhookConfig | null {
  if (settings.PROVIDER_WEBHOOK_URL === null) return null;
  const secretOf = (
    url: string | null,
    name: 'MODEL_SERVICE_WEBHOOK_SECRET' | 'GPU_SERVICE_WEBHOOK_SECRET' | 'REPLICATE_WEBHOOK_SECRET',
  ): string | null => {
    if (url === null) return null;
    const secret = settings[name];
    if (secret !== null) return secret;
    const fault = 'is not set, and PROVIDER_WEBHOOK_URL and the address of its service are';
    throw new ConfigurationError([{ name, fault, doc: SETTINGS[name].doc }]);
  };
  return {
    secrets: {
      local: secretOf(urls.local, 'MODEL_SERVICE_WEBHOOK_SECRET'),
      gpu: secretOf(urls.gpu, 'GPU_SERVICE_WEBHOOK_SECRET'),
      replicate: secretOf(urls.replicate, 'REPLICATE_WEBHOOK_SECRET'),
    },
    fal: urls.fal === null ? null : { jwksUrl: settings.FAL_JWKS_URL, userId: settings.FAL_USER_ID },
  };
}
