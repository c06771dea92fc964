import { useMemo, useState } from 'preact/hooks';
import type { Balance } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { creditsText, Money } from '../../shared/parts/money.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { Table, type Column } from '../../shared/parts/table.tsx';
import { actColumn } from '../act/act-column.tsx';
import { ActDialog, type ActDialogProps } from '../act/act-dialog.tsx';
import { IdText } from '../id-text.tsx';
import { SourceName } from '../source-name.tsx';

type Grant = Balance['grants'][number];

/** The account's balance, and its grants in the order in which they are spent. */
export function BalanceSection(props: { readonly of: Balance; readonly onTold: () => void }) {
  const { of, onTold } = props;
  const [voided, setVoided] = useState<Grant | null>(null);
  const columns = useMemo(() => [...COLUMNS, voidColumn(setVoided)], []);
  return (
    <Section title="Balance">
      <dl class="balance card">
        <Figure name="Available" credits={of.available} />
        <Figure name="Reserved" credits={of.reserved} />
        <Figure name="Spent this period" credits={of.spent_this_period} />
      </dl>
      {of.grants.length === 0 ? (
        <Empty title="No grant holds anything" />
      ) : (
        <Table
          label="Grants in the order in which they are spent"
          rows={of.grants}
          nameOf={({ id }) => id}
          columns={columns}
        />
      )}
      {voided !== null && <VoidDialog of={voided} onClose={() => setVoided(null)} onTold={onTold} />}
    </Section>
  );
}

const COLUMNS: readonly Column<Grant>[] = [
  { name: 'Grant', cell: ({ source }) => <SourceName of={source} /> },
  { name: 'Amount', isNumber: true, cell: (grant) => <Money credits={grant.amount} /> },
  { name: 'Available', isNumber: true, cell: (grant) => <Money credits={grant.available} /> },
  { name: 'Reserved', isNumber: true, cell: (grant) => <Money credits={grant.reserved} /> },
  { name: 'Spent', isNumber: true, cell: (grant) => <Money credits={grant.spent} /> },
  { name: 'From', cell: (grant) => <Instant at={grant.effective_at} as="day" /> },
  {
    name: 'Until',
    cell: ({ expires_at: at }) =>
      at === null ? <span class="nowrap">No end</span> : <Instant at={at} as="day" />,
  },
  { name: 'Id', cell: ({ id }) => <IdText id={id} /> },
];

const voidColumn = (open: (grant: Grant) => void) =>
  actColumn('Void', { open, labelOf: ({ source }: Grant) => `Void the ${sentenceOf(source)} grant` });

function Figure({ name, credits }: { readonly name: string; readonly credits: number }) {
  return (
    <div>
      <dt class="muted small">{name}</dt>
      <dd class="balance-figure">
        <Money credits={credits} />
      </dd>
    </div>
  );
}

function VoidDialog({ of: grant, ...rest }: ActDialogProps<Grant>) {
  const { client } = usePageParts();
  return (
    <ActDialog
      of={{
        title: `Void the ${sentenceOf(grant.source).toLowerCase()} grant`,
        verb: 'Void',
        isDanger: true,
        isReasonShown: true,
        asked: grant.id,
        preview: (signal) => client.grants.previewVoid(grant.id, { signal }),
        act: (reason, { asOf }) => client.grants.void(grant.id, reason, { asOf }),
        resultOf: ({ voided, not_recovered: lost }) => (
          <p>
            {creditsText(voided)} credits were taken back
            {lost === 0 ? '.' : `; ${creditsText(lost)} had been used already.`}
          </p>
        ),
      }}
      {...rest}
    >
      <p>For a charge-back. It cannot be undone.</p>
    </ActDialog>
  );
}
