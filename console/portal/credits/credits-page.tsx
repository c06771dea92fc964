import { ErrorNotice, Loading, Notice } from '../../shared/parts/notice.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';
import { useBalance } from '../balance.tsx';
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
      {data?.frozen === true && (
        <Notice tone="warning" title="New work is paused for this account">
          <p>What is under way goes on and ends as usual. Contact support to go on.</p>
        </Notice>
      )}
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
