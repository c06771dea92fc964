import type { ProviderWebhookConfig } from '../../runtime/settings/provider-webhooks-config.ts';
import { createFalKeys } from './fal-keys.ts';
import { createVerifyFalWebhook } from './fal-webhook.ts';
import { createVerifyStandardWebhook } from './standard-webhook.ts';
import type { VerifyWebhook } from './verify-webhook.ts';

/** Verifiers by provider. Webhooks of a provider without one are refused. */
export type WebhookVerifiers = ReadonlyMap<string, VerifyWebhook>;

/** The verifiers of the services with an address; none where `config` is null. */
export function createWebhookVerifiers(config: ProviderWebhookConfig | null): WebhookVerifiers {
  const verifiers = new Map<string, VerifyWebhook>();
  if (config === null) return verifiers;
  for (const [provider, secret] of Object.entries(config.secrets)) {
    if (secret !== null) verifiers.set(provider, createVerifyStandardWebhook(secret));
  }
  if (config.fal !== null) {
    const { jwksUrl, userId } = config.fal;
    verifiers.set('fal', createVerifyFalWebhook({ keys: createFalKeys(jwksUrl), userId }));
  }
  return verifiers;
}
