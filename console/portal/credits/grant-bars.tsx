import type { Grant } from '../../../client/http/wire-types.ts';
import { colorOfSource } from '../../shared/chart/series-colors.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Joined } from '../../shared/parts/joined.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { Packs } from '../packs.tsx';

/** The grants of a balance in the order in which they are spent, each with its available and reserved credits. */
export function GrantBars({ grants }: { readonly grants: readonly Grant[] }) {
  return (
    <section class="card grants-card" aria-label="Where your credits come from">
      <div class="section-head">
        <h2>Where your credits come from</h2>
        {grants.length > 1 && <span class="muted small">Spent from the top down</span>}
      </div>
      {grants.length === 0 ? (
        <div class="stack">
          <p>You have no credits.</p>
          <div>
            <Packs />
          </div>
        </div>
      ) : (
        <ol class="grants">
          {grants.map((grant) => (
            <GrantBar key={grant.id} grant={grant} />
          ))}
        </ol>
      )}
    </section>
  );
}

function GrantBar({ grant }: { readonly grant: Grant }) {
  const { amount, available, reserved } = grant;
  const share = (credits: number) => `${String((100 * credits) / Math.max(amount, 1))}%`;
  return (
    <li class="grant">
      <div class="row row-between">
        <span class="grant-name">{sentenceOf(grant.source)}</span>
        <span class="small">
          <Money credits={available} /> <span class="muted">of {<Money credits={amount} />}</span>
        </span>
      </div>
      <div class={`bar ${colorOfSource(grant.source)}`} aria-hidden="true">
        <span class="bar-available" style={{ width: share(available) }} />
        <span class="bar-reserved" style={{ width: share(reserved) }} />
      </div>
      <p class="muted small">
        <Joined
          of={[
            grant.expires_at === null ? (
              'Does not expire'
            ) : (
              <>
                Expires <Instant at={grant.expires_at} as="day" />
              </>
            ),
            reserved > 0 && (
              <>
                <Money credits={reserved} /> reserved
              </>
            ),
          ]}
        />
      </p>
    </li>
  );
}
