import { ADOPTER_TOOLS, superscaleCatalogue } from '../../catalogue/adopter-tools.ts';
import type { RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { planRulesOf } from '../../domain/credits/plans.ts';
import { currentPriceList } from '../../domain/prices/price-list.ts';

/** The shipped catalogue. */
export const SUPERSCALE = superscaleCatalogue(ADOPTER_TOOLS);

/** What the ledger is told of its plans. */
export const SUPERSCALE_PLAN_RULES = planRulesOf(SUPERSCALE);
export const SUPERSCALE_PLAN_NAMES = SUPERSCALE.plans.map(({ name }) => name);
export const SUPERSCALE_GRANTS = SUPERSCALE.grants;

const found = currentPriceList(SUPERSCALE.priceLists, 'standard');
if (found === undefined) throw new Error('the shipped catalogue has no price list');

/** What a price of it is computed from. */
export const SUPERSCALE_PRICING = { kinds: SUPERSCALE.kinds, priceList: found } as const;

/** The rules of a deployment that has the sandbox, and allows everything that a test may want. */
export const SUPERSCALE_RULES = {
  catalogue: SUPERSCALE,
  providers: ['local'],
  allowsTestScenarios: true,
  allowsLocalAssetUrls: true,
} as const satisfies RequestRules;

/** What a client of it starts jobs with. */
export const SUPERSCALE_OFFER = { models: SUPERSCALE.models, providers: ['local'] } as const;

const localRender = SUPERSCALE.models[0];
if (localRender === undefined) throw new Error('the shipped catalogue has no model');

/** Its default model. */
export const LOCAL_RENDER = localRender;

/** The stages of a film by it. */
export const FILM_STAGES = LOCAL_RENDER.makes['video_ad']?.stages ?? [];
