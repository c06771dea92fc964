import type { Entry } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { movementText } from '../../shared/parts/movement-words.ts';
import type { Column } from '../../shared/parts/table.tsx';
import { IdText } from '../id-text.tsx';
import { ListTable } from '../list-table.tsx';

const COLUMNS: readonly Column<Entry>[] = [
  { name: 'When', cell: (entry) => <Instant at={entry.created_at} as="zoned" /> },
  { name: 'Movement', cell: movementText },
  { name: 'Available', isNumber: true, cell: (entry) => <Money credits={entry.credits} isSigned /> },
  { name: 'Charged', isNumber: true, cell: (entry) => <Money credits={entry.charged} /> },
  { name: 'Balance after', isNumber: true, cell: (entry) => <Money credits={entry.balance_after} /> },
  { name: 'Grant', cell: (entry) => <IdText id={entry.grant_id} /> },
  { name: 'Entry', cell: (entry) => <IdText id={entry.id} /> },
];

/** Credits move while the page is viewed, and what is reserved and returned again leaves the balance as it was. */
const EVERY_MS = 10_000;

/** The ledger entries of one job, or of the account. */
export function EntriesSection({
  jobId,
  version = '',
}: {
  readonly jobId?: string;
  readonly version?: string;
}) {
  const { client } = usePageParts();
  const entries = useList(
    `entries ${jobId ?? ''}`,
    (cursor, signal) => client.entries(jobId === undefined ? {} : { job_id: jobId }, { signal }).page(cursor),
    // The rows read so far stay; new ones are put on top.
    { nameOf: ({ id }) => id, version, everyMs: EVERY_MS },
  );
  return (
    <ListTable
      of={entries}
      label="Entries"
      tableLabel="Entries, newest first"
      empty="No credits have moved"
      columns={COLUMNS}
    />
  );
}
