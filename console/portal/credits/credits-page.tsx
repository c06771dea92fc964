import { ErrorNotice, Loading } from '../../shared/parts/notice.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';
import { useBalance } from '../balance.tsx';
import { FrozenNotice } from '../frozen-notice.tsx';
import { BalanceCard } from './balance-card.tsx';
import { GrantBars } from './grant-bars.tsx';
import { HistorySection } from './history-section.tsx';
import { UsageSection } from './usage-section.tsx';

/** The credits page: balance and grants, usage, history. */
export function CreditsPage() {
  const { data, error, reload } = useBalance();
  return (
    <>
      <PageHead title="Credits" />
      {data === null && error !== null && <ErrorNotice error={error} onRetry={reload} />}
      {data === null && error === null && <Loading label="Your balance" lines={4} />}
      <FrozenNotice />
      {data !== null && (
        <div class="credits-top">
          <BalanceCard balance={data} />
          <GrantBars grants={data.grants} />
        </div>
      )}
      <UsageSection />
      <HistorySection />
    </>
  );
}
