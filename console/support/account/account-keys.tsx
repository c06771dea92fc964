import type { ApiKey } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { ListFrame, Table, type Column } from '../../shared/parts/table.tsx';
import { IdText } from '../id-text.tsx';

const COLUMNS: readonly Column<ApiKey>[] = [
  { name: 'Key', cell: ({ name }) => <bdi>{name}</bdi> },
  { name: 'May', cell: ({ scopes }) => scopes.join(', ') },
  { name: 'Made', cell: (key) => <Instant at={key.created_at} as="day" /> },
  {
    name: 'State',
    cell: ({ revoked_at: at }) =>
      at === null ? (
        'Works'
      ) : (
        <>
          Revoked <Instant at={at} as="day" />
        </>
      ),
  },
  { name: 'Id', cell: ({ id }) => <IdText id={id} /> },
];

/** The account's keys. Their secrets are kept nowhere. */
export function AccountKeys() {
  const { client } = usePageParts();
  const keys = useList<ApiKey>('keys', (cursor, signal) => client.keys.list({ signal }).page(cursor), {
    nameOf: ({ id }) => id,
  });
  return (
    <Section title="Keys">
      <ListFrame of={keys} label="Keys" empty={<Empty title="No keys" />}>
        {(rows, hasMore) => (
          <Table
            label="Keys, newest first"
            rows={rows}
            nameOf={({ id }) => id}
            columns={COLUMNS}
            hasMore={hasMore}
          />
        )}
      </ListFrame>
    </Section>
  );
}
