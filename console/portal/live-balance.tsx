import { hrefTo, Link } from '../shared/router.tsx';
import { creditsText, Money } from '../shared/parts/money.tsx';
import { useBalance } from './balance.tsx';

/** The available credits, in the head of every page. */
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
