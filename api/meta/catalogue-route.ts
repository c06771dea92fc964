import { CALLS } from '../../contract/calls.ts';
import type { Catalogue } from '../../contract/defined-catalogue.ts';
import type { CatalogueView } from '../../contract/shapes/catalogue-shapes.ts';
import { rulesFor, type RequestRules } from '../../contract/job-request/parse-job-request.ts';
import { jsonSchemaOfKind } from '../../contract/job-request/job-request-schema.ts';
import type { Kind } from '../../contract/job-request/kind.ts';
import { estimate } from '../../domain/prices/estimate.ts';
import { fallbacksOf, isOffered, modelFor, type Model } from '../../domain/work/models.ts';
import { priceListFor, type PriceList, type PriceRule } from '../../domain/prices/price-list.ts';
import { priceRowsOf } from '../../domain/prices/price-rows.ts';
import { type Route, route } from '../http/route.ts';
import type { PricingOf } from '../../ledger/price-lists.ts';
import { namedAccount, type ActingFor } from '../access/authorize.ts';

/** GET /v1/catalogue: kinds, models, prices, plans, packs and meters, by the names that calls use. */
export function catalogueRoute(deps: {
  readonly rules: RequestRules;
  readonly pricingOf: PricingOf;
  readonly actingFor: ActingFor;
}): Route {
  const { rules } = deps;
  // Without an account a platform key sees the default price list.
  const everybodysPrices = priceListFor(rules.catalogue.priceLists);
  return route(CALLS.readCatalogue, {
    async handle({ request, response, caller }) {
      const isOfOne = namedAccount(request, caller) !== undefined;
      const account = isOfOne ? await deps.actingFor(request, caller) : null;
      const priceList =
        account === null ? everybodysPrices : (await deps.pricingOf(account.accountId)).priceList;
      const own = rulesFor(rules, account?.mode ?? caller.mode);
      const catalogue = viewCatalogue(rules.catalogue, own, priceList);
      response.set('Cache-Control', 'no-store').json(catalogue);
    },
  });
}

/** @param rules of the account, whose mode may leave it some of the models. */
function viewCatalogue(catalogue: Catalogue, rules: RequestRules, priceList: PriceList): CatalogueView {
  const offer = (name: string, credits: number) => ({ name, credits, buys: estimate(credits, priceList) });
  return {
    price_list: priceList.version,
    price_list_name: priceList.name,
    kinds: catalogue.kinds.map((kind) => viewKind(kind, rules, priceList)),
    models: catalogue.models.map((model) => viewModel(model, rules)),
    prices: Object.entries(priceList.prices).flatMap(([name, rule]) => viewPrices(name, rule, catalogue)),
    plans: catalogue.plans.map(({ name, credits }) => offer(name, credits)),
    packs: catalogue.packs.map(({ name, credits, lifetimeMonths }) => ({
      ...offer(name, credits),
      lifetime_months: lifetimeMonths,
    })),
    meters: catalogue.meters.map(({ name }) => ({ name })),
    grants: {
      sign_up: { credits: catalogue.grants.signUp.credits },
      trial: {
        credits: catalogue.grants.trial.credits,
        lifetime_seconds: catalogue.grants.trial.lifetimeSeconds,
      },
      referral: {
        credits: catalogue.grants.referral.credits,
        lifetime_months: catalogue.grants.referral.lifetimeMonths,
      },
      goodwill: { lifetime_seconds: catalogue.grants.goodwill.lifetimeSeconds },
      top_up: { lifetime_months: catalogue.grants.topUp.lifetimeMonths },
    },
    low_balance_at: catalogue.grants.lowBalanceAt,
  };
}

/** `schema`: the JSON Schema of a body of this kind, without the fields of the job as a whole. */
function viewKind(
  kind: Kind,
  { catalogue, providers }: RequestRules,
  priceList: PriceList,
): CatalogueView['kinds'][number] {
  return {
    name: kind.name,
    schema: jsonSchemaOfKind(kind),
    media_types: kind.mediaTypes,
    can_be_edited: kind.canBeEdited,
    can_be_varied: kind.canBeVaried,
    retention_days: kind.retentionDays,
    price_rule: priceList.prices[kind.name] ?? null,
    default_model: modelFor({ models: catalogue.models, providers }, { kind: kind.name })?.name ?? null,
  };
}

/** Times in seconds from admission; a job's `deadline_seconds` lies between the model's least and most. */
function viewModel(model: Model, { catalogue, providers }: RequestRules): CatalogueView['models'][number] {
  const { models } = catalogue;
  const offer = { models, providers };
  const kinds = Object.entries(model.makes).map(([kind, { times, mediaType, dimensions, stages }]) => ({
    kind,
    is_offered: models.includes(model) && isOffered(model, kind, providers),
    expected_seconds: times.expectedSeconds,
    deadline_seconds: times.deadlineSeconds,
    media_type: mediaType,
    dimensions,
    stages:
      stages?.map(({ name, needs, parts, mediaType: media_type }) => ({ name, needs, parts, media_type })) ??
      null,
    fallbacks: fallbacksOf(offer, model, kind).map(({ name }) => name),
  }));
  return {
    name: model.name,
    is_default: kinds.some(({ kind }) => modelFor(offer, { kind })?.name === model.name),
    is_sandbox: model.isSandbox,
    is_offered: kinds.some(({ is_offered }) => is_offered),
    takes_references: model.takesReferences,
    kinds,
    min_deadline_seconds: model.minDeadlineSeconds,
    max_deadline_seconds: model.maxDeadlineSeconds,
    max_attempts: model.maxAttempts,
    cancel_rule: model.cancelRule,
  };
}

/**
 * One line per price, and one per rule that computes a price: a batch is the sum of its outputs, an edit costs what its
 * source does.
 */
function viewPrices(name: string, rule: PriceRule, { kinds }: Catalogue): CatalogueView['prices'] {
  const rows = priceRowsOf(rule);
  if (rows === null) return [{ kind: name, rule }];
  const fields = kinds.find((kind) => kind.name === name)?.fields ?? {};
  return rows.map(({ values, credits }) => ({ kind: name, ...typed(values, fields), credits }));
}

/** A table's values are keys, so text; in a body a number is a number. */
function typed(values: Readonly<Record<string, string>>, fields: Kind['fields']) {
  return Object.fromEntries(
    Object.entries(values).map(([field, value]) => {
      const isText = fields[field]?.safeParse(value).success ?? true;
      return [field, isText ? value : (JSON.parse(value) as unknown)];
    }),
  );
}
