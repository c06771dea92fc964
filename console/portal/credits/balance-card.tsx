import type { Balance } from '../../../client/http/wire-types.ts';
import { mayMoveCredits } from '../../shared/data/may-move-credits.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { Money } from '../../shared/parts/money.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Facts } from '../../shared/parts/facts.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { useVisit } from '../portal-context.tsx';
import { countedFigure } from '../../../domain/texts/counted.ts';

/** The available and reserved credits, and what they buy. */
export function BalanceCard({ balance }: { readonly balance: Balance }) {
  const { client } = usePageParts();
  const { session } = useVisit();
  const plan = useResource('plan', (signal) => client.accounts.plan(session.account_id, { signal }), {
    on: mayMoveCredits,
  });
  const { next_expiry: expiry } = balance;
  const current = (plan.data?.plan ?? null) === null ? null : plan.data;
  return (
    <section class="card balance-card" aria-label="Balance">
      <div>
        <p class="muted small">Available</p>
        <p class="figure" data-testid="available">
          <Money credits={balance.available} />
          <span class="figure-unit">credits</span>
        </p>
        <p class="muted">{buysText(balance.buys)}</p>
      </div>
      <Facts
        of={[
          { name: 'Reserved for running jobs', value: <Money credits={balance.reserved} /> },
          { name: 'Spent this period', value: <Money credits={balance.spent_this_period} /> },
          current !== null && {
            name: `${sentenceOf(current.plan ?? '')} plan resets`,
            value: current.period_end === null ? 'not set' : <Instant at={current.period_end} as="day" />,
          },
          expiry !== null && {
            name: 'Next to expire',
            value: (
              <>
                <Money credits={expiry.credits} /> on <Instant at={expiry.at} as="day" />
              </>
            ),
          },
        ]}
      />
    </section>
  );
}

/** `Buys 28 statics or 1 video`, from the planning figures of the price list; empty: not one of anything. */
export function buysText(buys: Balance['buys']): string {
  const parts = Object.entries(buys).flatMap(([name, count]) =>
    count === 0 ? [] : [countedFigure(count, name)],
  );
  return parts.length === 0 ? '' : `Buys ${parts.join(' or ')}`;
}
