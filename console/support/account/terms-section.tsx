import type { Limits, Plan } from '../../../client/http/wire-types.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Facts } from '../../shared/parts/facts.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { creditsText } from '../../shared/parts/money.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { LIMIT_NAMES } from './limit-names.ts';

const RENEWAL_WORDS: Readonly<Record<Plan['renewal'], string>> = {
  automatic: 'Automatic',
  by_call: 'By the billing system',
};

/** The account's plan, price list and limits. */
export function TermsSection({ plan, limits }: { readonly plan: Plan; readonly limits: Limits }) {
  const { client } = usePageParts();
  const { data: catalogue } = useResource('catalogue', (signal) => client.catalogue({ signal }));
  return (
    <div class="columns columns-even">
      <Section title="Plan and prices">
        <div class="card">
          <Facts
            of={[
              { name: 'Plan', value: plan.plan === null ? 'None' : sentenceOf(plan.plan) },
              plan.period_end !== null && {
                name: 'Period ends',
                value: <Instant at={plan.period_end} as="exact" />,
              },
              plan.plan !== null && {
                name: 'Then',
                value: plan.next_plan === null ? 'Ends' : sentenceOf(plan.next_plan),
              },
              plan.plan !== null && { name: 'Renewal', value: RENEWAL_WORDS[plan.renewal] },
              catalogue !== null && {
                name: 'Price list',
                value: `${catalogue.price_list_name}, version ${String(catalogue.price_list)}`,
              },
            ]}
          />
        </div>
      </Section>
      <Section title="Limits">
        <div class="card">
          <Facts
            of={LIMIT_NAMES.map(({ name, text }) => {
              const limit = limits[name];
              return { name: text, value: limit === null ? 'None' : creditsText(limit) };
            })}
          />
        </div>
      </Section>
    </div>
  );
}
