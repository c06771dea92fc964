import { createContext, type ComponentChildren } from 'preact';
import { useContext, useRef } from 'preact/hooks';
import type { Balance } from '../../client/http/wire-types.ts';
import { mayMoveCredits } from '../shared/data/may-move-credits.ts';
import { usePageParts } from '../shared/data/page-context.ts';
import { useResource, type Resource } from '../shared/data/use-resource.ts';

/** Interval between reads of the balance, for changes that have no event (a grant by hand, metered use). */
const REFRESH_MS = 15_000;

const BalanceParts = createContext<Resource<Balance> | null>(null);

/** Reads the balance once for all components within, and again whenever it may have changed. */
export function BalanceProvider(props: { readonly children: ComponentChildren }) {
  const { client } = usePageParts();
  const balance = useResource('balance', (signal) => client.balance({ signal }), {
    on: mayMoveCredits,
    everyMs: REFRESH_MS,
  });
  return <BalanceParts.Provider value={balance}>{props.children}</BalanceParts.Provider>;
}

/** Changes whenever the figures of the balance do, also where no event says so: metered use, a grant by hand. */
export function useCreditMoves(): string {
  const { data } = useBalance();
  const known = useRef({ figures: '', count: 0 });
  const figures = data === null ? '' : [data.available, data.reserved, data.spent_this_period].join(' ');
  if (known.current.figures !== figures) {
    const isFirst = known.current.figures === '';
    known.current = { figures, count: isFirst ? 0 : known.current.count + 1 };
  }
  return String(known.current.count);
}

/** The balance of the signed-in account. Throws outside of BalanceProvider. */
export function useBalance(): Resource<Balance> {
  const balance = useContext(BalanceParts);
  if (balance === null) throw new Error('useBalance was called outside of BalanceProvider');
  return balance;
}
