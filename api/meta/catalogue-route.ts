import { CALLS } from '../../contract/calls.ts';
import type { Catalogue } from '../../contract/catalogue-shapes.ts';
import { estimate } from '../../domain/estimate.ts';
import { PACKS } from '../../domain/grant-rules.ts';
import { VIDEO_DURATIONS_SECONDS, VIDEO_QUALITIES } from '../../domain/job-request.ts';
import { DEFAULT_MODEL, MODELS, type Model } from '../../domain/models.ts';
import { PLAN_CREDITS, PLAN_NAMES } from '../../domain/plans.ts';
import { CURRENT_PRICE_LIST } from '../../domain/price-list.ts';
import { API_KEY_SCOPES } from '../../jobs/keys/api-key-scopes.ts';
import type { Route } from '../http/route.ts';

/** GET /v1/catalogue: models, prices, plans and packs, by the names that other calls take. The same for every key. */
export function catalogueRoute(): Route {
  return {
    ...CALLS.readCatalogue,
    access: 'key',
    scopes: API_KEY_SCOPES,
    handle({ response }) {
      const shown: Catalogue = {
        price_list: CURRENT_PRICE_LIST.version,
        models: MODELS.map(viewModel),
        prices: viewPrices(),
        plans: PLAN_NAMES.map((name) => offer(name, PLAN_CREDITS[name])),
        packs: PACKS.map((pack) => ({
          ...offer(pack.name, pack.credits),
          lifetime_months: pack.lifetimeMonths,
        })),
      };
      response.set('Cache-Control', 'no-store').json(shown);
      return Promise.resolve();
    },
  };
}

/** Times in seconds from admission; a job's own `deadline_seconds` lies between the model's least and most. */
function viewModel(model: Model): Catalogue['models'][number] {
  return {
    name: model.name,
    is_default: model.name === DEFAULT_MODEL.name,
    is_sandbox: model.isSandbox,
    kinds: Object.entries(model.times).map(([kind, times]) => ({
      kind,
      expected_seconds: times.expectedSeconds,
      deadline_seconds: times.deadlineSeconds,
    })),
    min_deadline_seconds: model.minDeadlineSeconds,
    max_deadline_seconds: model.maxDeadlineSeconds,
    max_attempts: model.maxAttempts,
    cancel_rule: model.cancelRule,
  };
}

/** One line for each thing that has a price of its own: a batch is the sum of its outputs, an edit costs what its source does. */
function viewPrices(): Catalogue['prices'] {
  const { staticAd, videoAd, chatMessage } = CURRENT_PRICE_LIST;
  return [
    { kind: 'static_ad', credits: staticAd },
    ...VIDEO_DURATIONS_SECONDS.flatMap((seconds) =>
      VIDEO_QUALITIES.map((quality) => ({
        kind: 'video_ad',
        duration_seconds: seconds,
        quality,
        credits: videoAd[seconds][quality],
      })),
    ),
    { kind: 'chat_message', credits: chatMessage },
  ];
}

function offer(name: string, credits: number) {
  return { name, credits, buys: estimate(credits) };
}
