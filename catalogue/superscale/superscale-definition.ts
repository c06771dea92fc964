import {
  GOODWILL_LIFETIME_SECONDS,
  PACKS,
  REFERRAL_CREDITS,
  REFERRAL_LIFETIME_MONTHS,
  SIGN_UP_CREDITS,
  TOP_UP_LIFETIME_MONTHS,
  TRIAL_CREDITS,
  TRIAL_LIFETIME_SECONDS,
} from '../../domain/grant-rules.ts';
import { PLAN_CREDITS } from '../../domain/plans.ts';
import type { CatalogueDefinition } from '../catalogue-definition.ts';
import type { CatalogueTools } from '../catalogue-tools.ts';
import { superscaleKinds } from './superscale-kinds.ts';
import { SUPERSCALE_MODELS } from './superscale-models.ts';
import { superscalePriceLists } from './superscale-price-lists.ts';

/** What Superscale sells: static ads and video ads, by the policy of docs/credits.md. */
export const superscaleDefinition = (tools: CatalogueTools): CatalogueDefinition => ({
  kinds: superscaleKinds(tools),
  models: SUPERSCALE_MODELS,
  priceLists: superscalePriceLists(tools),
  plans: Object.entries(PLAN_CREDITS).map(([name, credits]) => ({ name, credits })),
  packs: PACKS,
  grants: {
    signUp: { credits: SIGN_UP_CREDITS },
    trial: { credits: TRIAL_CREDITS, lifetimeSeconds: TRIAL_LIFETIME_SECONDS },
    referral: { credits: REFERRAL_CREDITS, lifetimeMonths: REFERRAL_LIFETIME_MONTHS },
    goodwill: { lifetimeSeconds: GOODWILL_LIFETIME_SECONDS },
    topUp: { lifetimeMonths: TOP_UP_LIFETIME_MONTHS },
    // A balance that no longer buys one video.
    lowBalanceAt: 700,
  },
  meters: [{ name: 'chat_message' }],
});
