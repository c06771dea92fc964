import type { LedgerReport } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Empty, Shown } from '../../shared/parts/notice.tsx';
import { PageHead, Section } from '../../shared/parts/shell.tsx';
import { MonthField, useMonth } from '../month-field.tsx';
import { Stale } from '../stale.tsx';
import { ChecksSection } from './checks-section.tsx';
import { CsvButton } from './csv-button.tsx';
import { LedgerChart } from './ledger-chart.tsx';
import { ReportTable } from './report-table.tsx';

const EVERY_MS = 30_000;

/** The ledger for an accountant: a month by source and by day, and the results of its checks. */
export function LedgerPage() {
  const { client } = usePageParts();
  const [month, setMonth] = useMonth();
  const report = useResource(
    `ledger ${month ?? ''}`,
    (signal) => client.ledgerReport(month ?? undefined, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <>
      <PageHead title="Ledger" aside={<MonthField value={month} onChoose={setMonth} />}>
        <p class="muted small">{report.data !== null && <Counted until={report.data.counted_until} />}</p>
      </PageHead>
      <Stale of={report} />
      <div class="stack-wide">
        <ChecksSection />
        <Shown of={report} label="The report" lines={9}>
          {(shown) => <Month of={shown} />}
        </Shown>
      </div>
    </>
  );
}

function Counted({ until }: { readonly until: LedgerReport['counted_until'] }) {
  if (until === null) return <>Nothing is counted yet: a worker counts once a minute.</>;
  return (
    <>
      Credits of live accounts, in UTC. Every entry before <Instant at={until} as="exact" /> is counted.
    </>
  );
}

function Month({ of }: { readonly of: LedgerReport }) {
  if (of.data.length === 0) {
    return <Empty title="There were no credits in this month">Choose a later one.</Empty>;
  }
  return (
    <>
      <Section title="By source" aside={<CsvButton month={of.month} />}>
        <ReportTable of={of} />
      </Section>
      <LedgerChart of={of} />
    </>
  );
}
