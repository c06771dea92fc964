import { z } from 'zod';
import { BATCH_KIND, EDIT_KIND } from '../domain/work/work.ts';
import { CALLS } from './calls.ts';
import type { Catalogue } from './defined-catalogue.ts';

/** Calls whose schema a deployment's catalogue narrows. */
export function offeredCalls({ kinds, plans, packs, meters, priceLists, jobRequest }: Catalogue) {
  const { listJobs, spend, setPlan, setPriceList, grantCredits } = CALLS;
  return {
    quote: { ...CALLS.quote, body: jobRequest.schema },
    submitJob: { ...CALLS.submitJob, body: jobRequest.schema },
    listJobs: {
      ...listJobs,
      query: listJobs.query.extend({
        kind: oneOf([...namesOf(kinds), EDIT_KIND, BATCH_KIND], listJobs.query.shape.kind).optional(),
      }),
    },
    spend: {
      ...spend,
      body: spend.body.extend({ kind: oneOf(namesOf(meters), spend.body.shape.kind) }),
    },
    setPlan: {
      ...setPlan,
      body: setPlan.body.extend({ plan: oneOf(namesOf(plans), setPlan.body.shape.plan).nullable() }),
    },
    setPriceList: {
      ...setPriceList,
      body: setPriceList.body.extend({
        price_list: oneOf(namesOf(priceLists), setPriceList.body.shape.price_list).nullable(),
      }),
    },
    grantCredits: {
      ...grantCredits,
      body: grantCredits.body.safeExtend({
        pack: oneOf(namesOf(packs), grantCredits.body.shape.pack).optional(),
      }),
    },
  };
}

type Named = { readonly name: string };

function namesOf(named: readonly Named[]): readonly string[] {
  return [...new Set(named.map(({ name }) => name))];
}

/** A name from a list, with the description of the text that it replaces. */
function oneOf(names: readonly string[], text: z.ZodType) {
  const { description } = text;
  const narrow = z.enum(names);
  return description === undefined ? narrow : narrow.describe(description);
}
