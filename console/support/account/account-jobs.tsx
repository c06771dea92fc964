import type { Job } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf, StateBadge } from '../../shared/parts/state-badge.tsx';
import type { Column } from '../../shared/parts/table.tsx';
import { hrefTo, Link } from '../../shared/router.tsx';
import { ListTable } from '../list-table.tsx';

const COLUMNS: readonly Column<Job>[] = [
  {
    name: 'Job',
    cell: ({ id, kind, title }) => (
      <Link to={hrefTo(['jobs', id])} class="job-title">
        <bdi>{title ?? sentenceOf(kind)}</bdi>
      </Link>
    ),
  },
  { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
  { name: 'Submitted', cell: (job) => <Instant at={job.created_at} /> },
  { name: 'Reserved', isNumber: true, cell: ({ billing }) => <Money credits={billing.reserved} /> },
  { name: 'Charged', isNumber: true, cell: ({ billing }) => <Money credits={billing.committed} /> },
  { name: 'Returned', isNumber: true, cell: ({ billing }) => <Money credits={billing.returned} /> },
];

/** Jobs begin and end while the page is viewed. */
const EVERY_MS = 10_000;

/** The jobs of the account, newest first. */
export function AccountJobs() {
  const { client } = usePageParts();
  const jobs = useList<Job>(
    'jobs of the account',
    (cursor, signal) => client.jobs.list({ limit: 10 }, { signal }).page(cursor),
    { nameOf: ({ id }) => id, everyMs: EVERY_MS },
  );
  return (
    <Section title="Jobs">
      <ListTable
        of={jobs}
        label="Jobs"
        tableLabel="Jobs, newest first"
        empty="No jobs yet"
        columns={COLUMNS}
      />
    </Section>
  );
}
