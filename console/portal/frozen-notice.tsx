import { Notice } from '../shared/parts/notice.tsx';
import { useBalance } from './balance.tsx';

/** Says that new work is refused, while the account is frozen. */
export function FrozenNotice() {
  const { data } = useBalance();
  if (data?.frozen !== true) return null;
  return (
    <Notice tone="warning" title="New work is paused for this account">
      <p>Jobs under way end as usual. Contact support to have it reopened.</p>
    </Notice>
  );
}
