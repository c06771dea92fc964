import { usePageParts } from '../shared/data/page-context.ts';
import { useResource, type Resource } from '../shared/data/use-resource.ts';
import { hrefTo, Link } from '../shared/router.tsx';
import { creditsText, Money } from '../shared/parts/money.tsx';
import type { AccountEvent, Balance } from '../../client/http/wire-types.ts';

/** What no event tells of (a grant by hand, metered use) is seen after this. */
const REFRESH_MS = 15_000;

/** Whether an event may have moved credits: every one but progress. */
export const mayMoveCredits = (event: AccountEvent) => event.type !== 'job.progress';

/** The balance, as it is now. */
export function useBalance(): Resource<Balance> {
  const { client } = usePageParts();
  return useResource('balance', (signal) => client.balance({ signal }), {
    on: mayMoveCredits,
    everyMs: REFRESH_MS,
  });
}

/** What can be spent, in the head of every page. */
export function LiveBalance() {
  const { data } = useBalance();
  if (data === null) return null;
  return (
    <Link to={hrefTo(['credits'])} class="live-balance">
      <Money credits={data.available} isNamed />
      {data.reserved > 0 && (
        <span class="muted small live-reserved">{creditsText(data.reserved)} reserved</span>
      )}
    </Link>
  );
}
