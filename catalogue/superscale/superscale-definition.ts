import type { CatalogueDefinition } from '../catalogue-definition.ts';
import type { CatalogueTools } from '../catalogue-tools.ts';
import { superscaleKinds } from './superscale-kinds.ts';
import { SUPERSCALE_MODELS } from './superscale-models.ts';
import { superscalePriceLists } from './superscale-price-lists.ts';

const DAY_SECONDS = 24 * 3_600;

/** Superscale's offer: static ads and video ads, by the policy of docs/credits.md. */
export const superscaleDefinition = (tools: CatalogueTools): CatalogueDefinition => ({
  kinds: superscaleKinds(tools),
  models: SUPERSCALE_MODELS,
  priceLists: superscalePriceLists(tools),
  plans: [
    { name: 'starter', credits: 4_000 },
    { name: 'advanced', credits: 8_000 },
    { name: 'pro', credits: 16_000 },
    { name: 'scale', credits: 32_000 },
    { name: 'enterprise', credits: 60_000 },
  ],
  // The policy does not fix sizes.
  packs: [
    { name: 'small', credits: 1_000, lifetimeMonths: 12 },
    { name: 'medium', credits: 5_000, lifetimeMonths: 12 },
    { name: 'large', credits: 20_000, lifetimeMonths: 12 },
  ],
  grants: {
    signUp: { credits: 1_000 },
    trial: { credits: 3_000, lifetimeSeconds: 7 * DAY_SECONDS },
    referral: { credits: 3_000, lifetimeMonths: 12 },
    goodwill: { lifetimeSeconds: 90 * DAY_SECONDS },
    topUp: { lifetimeMonths: 12 },
    // A balance that buys no video.
    lowBalanceAt: 700,
  },
  meters: [{ name: 'chat_message' }],
  // Our own figure, for the cost report: the policy has no price of a credit.
  creditValue: '0.0100',
});
