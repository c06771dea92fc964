import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { AccountEvent, Balance } from '../../client/http/wire-types.ts';
import { usePageParts } from '../shared/data/page-context.ts';
import { useResource, type Resource } from '../shared/data/use-resource.ts';

/** What no event tells of (a grant by hand, metered use) is seen after this. */
const REFRESH_MS = 15_000;

/** Whether an event may have moved credits: every one but progress. */
export const mayMoveCredits = (event: AccountEvent) => event.type !== 'job.progress';

const BalanceParts = createContext<Resource<Balance> | null>(null);

/** Reads the balance as it changes, once for all that show it. */
export function BalanceProvider(props: { readonly children: ComponentChildren }) {
  const { client } = usePageParts();
  const balance = useResource('balance', (signal) => client.balance({ signal }), {
    on: mayMoveCredits,
    everyMs: REFRESH_MS,
  });
  return <BalanceParts.Provider value={balance}>{props.children}</BalanceParts.Provider>;
}

/** The balance, as it is now. Throws outside of a visit. */
export function useBalance(): Resource<Balance> {
  const balance = useContext(BalanceParts);
  if (balance === null) throw new Error('this part is shown outside of a visit');
  return balance;
}
