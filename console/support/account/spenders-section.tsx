import { useMemo, useState } from 'preact/hooks';
import type { Account, Limits, Spender } from '../../../client/http/wire-types.ts';
import { useList } from '../../shared/data/use-list.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Button } from '../../shared/parts/button.tsx';
import { creditsText, Money } from '../../shared/parts/money.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import type { Column } from '../../shared/parts/table.tsx';
import { actColumn } from '../act/act-column.tsx';
import { ListTable } from '../list-table.tsx';
import { CapDialog } from './cap-dialog.tsx';

type Row = Spender & { readonly id: string };
type Named = Pick<Spender, 'type' | 'name'>;

const COLUMNS: readonly Column<Row>[] = [
  { name: 'Name', cell: ({ name }) => <bdi class="job-title">{name}</bdi> },
  { name: 'Type', cell: ({ type }) => sentenceOf(type) },
  { name: 'Used this period', isNumber: true, cell: ({ used }) => <Money credits={used} /> },
  {
    name: 'Cap',
    isNumber: true,
    cell: ({ credits_per_period: cap }) => (cap === null ? 'None' : creditsText(cap)),
  },
];

/** The account's members and projects: what each has used of the current period, and its cap, which support can set. */
export function SpendersSection(props: {
  readonly of: Account;
  readonly limits: Limits;
  readonly onTold: () => void;
}) {
  const { client } = usePageParts();
  const { of, limits, onTold } = props;
  const [capped, setCapped] = useState<Named | null>(null);
  const spenders = useList<Row>(
    'spenders',
    async (cursor, signal) => {
      const { data, next_cursor } = await client.accounts.spenders(of.id, { signal }).page(cursor);
      return {
        data: data.map((spender) => ({ ...spender, id: `${spender.type} ${spender.name}` })),
        next_cursor,
      };
    },
    { nameOf: ({ id }) => id },
  );
  const columns = useMemo(() => [...COLUMNS, capColumn(setCapped)], []);
  return (
    <Section
      title="Members and projects"
      aside={
        <Button isSmall onClick={() => setCapped({ type: 'member', name: '' })}>
          Set a cap
        </Button>
      }
    >
      <ListTable
        of={spenders}
        label="Members and projects"
        tableLabel="Members, then projects"
        empty="No members or projects in this period"
        columns={columns}
      />
      {capped !== null && (
        <CapDialog
          of={of}
          limits={limits}
          named={capped}
          onClose={() => setCapped(null)}
          onTold={() => {
            spenders.reload();
            onTold();
          }}
        />
      )}
    </Section>
  );
}

const capColumn = (open: (spender: Named) => void) =>
  actColumn('Set cap', { open, labelOf: ({ type, name }: Row) => `Set cap of ${type} ${name}` });
