import type { CostReport, ModelHealth } from '../../../client/http/wire-types.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Money } from '../../shared/parts/money.tsx';
import { Empty, Shown } from '../../shared/parts/notice.tsx';
import { PageHead, Section } from '../../shared/parts/shell.tsx';
import { Badge, sentenceOf } from '../../shared/parts/state-badge.tsx';
import { Table, type Column } from '../../shared/parts/table.tsx';
import { MonthField, useMonth } from '../month-field.tsx';
import { Stale } from '../stale.tsx';
import { breakerBadge } from './breaker-badge.tsx';
import { counted } from '../../../domain/texts/counted.ts';

const EVERY_MS = 5_000;

type CallRow = ModelHealth['calls'][number] & { readonly of: ModelHealth; readonly isFirst: boolean };

const HEALTH_COLUMNS: readonly Column<CallRow>[] = [
  {
    name: 'Model',
    cell: ({ of, isFirst }) =>
      isFirst && (
        <>
          <strong>{of.name}</strong>
          <div class="small muted">{of.offered ? of.kinds.map(sentenceOf).join(', ') : 'Not offered'}</div>
        </>
      ),
  },
  {
    name: 'Call',
    cell: ({ provider, model }) => (
      <>
        {provider} <span class="mono small muted">{model}</span>
      </>
    ),
  },
  {
    name: 'Breaker',
    cell: ({ of, breaker, opened_at: since }) => (
      <>
        {of.offered || breaker !== 'closed' ? (
          breakerBadge(breaker)
        ) : (
          <Badge tone="neutral">Not set up</Badge>
        )}
        {since !== null && (
          <div class="small muted">
            since <Instant at={since} />
          </div>
        )}
      </>
    ),
  },
  { name: 'Failures in a row', isNumber: true, cell: ({ failures }) => failures },
  { name: 'In flight', isNumber: true, cell: (call) => call.in_flight },
  { name: 'Waiting', isNumber: true, cell: ({ waiting }) => waiting },
];

type CostRow = CostReport['data'][number];
const COST_COLUMNS: readonly Column<CostRow>[] = [
  {
    name: 'Model',
    cell: ({ model, kind }) => (
      <>
        <strong>{model}</strong> <div class="small muted">{sentenceOf(kind)}</div>
      </>
    ),
  },
  { name: 'Outputs', isNumber: true, cell: ({ outputs }) => outputs },
  { name: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
  { name: 'Credits charged', isNumber: true, cell: (row) => <Money credits={row.credits_charged} /> },
  { name: 'Credits refunded', isNumber: true, cell: (row) => <Money credits={row.credits_refunded} /> },
  { name: 'Cost', isNumber: true, cell: (row) => `$${row.provider_cost}` },
  { name: 'Margin', isNumber: true, cell: ({ margin }) => (margin === null ? '–' : dollarsText(margin)) },
  {
    name: 'Returned but paid',
    isNumber: true,
    cell: ({ returned_but_paid: lost }) =>
      lost.outputs === 0 ? '–' : `${counted(lost.outputs, 'output')}, $${lost.provider_cost}`,
  },
  {
    name: 'Unknown bills',
    isNumber: true,
    cell: ({ unknown_bills: unknown }) =>
      unknown.attempts === 0 ? '–' : `${counted(unknown.attempts, 'attempt')}, $${unknown.provider_cost}`,
  },
];

/** The health, cost and revenue of each model. */
export function ModelsPage() {
  const { client } = usePageParts();
  const models = useResource('models', (signal) => client.models({ signal }), { everyMs: EVERY_MS });
  return (
    <>
      <PageHead title="Models" />
      <Stale of={models} />
      <Section title="Health">
        <Shown of={models} label="Models" lines={5}>
          {(rows) => (
            <Table
              label="Health of models"
              rows={rows.flatMap(callRowsOf)}
              nameOf={({ of, provider, model }) => `${of.name} ${provider} ${model}`}
              columns={HEALTH_COLUMNS}
            />
          )}
        </Shown>
      </Section>
      <Costs />
    </>
  );
}

function callRowsOf(model: ModelHealth): readonly CallRow[] {
  return model.calls.map((call, index) => ({ ...call, of: model, isFirst: index === 0 }));
}

function Costs() {
  const { client } = usePageParts();
  const [month, setMonth] = useMonth();
  const costs = useResource(`costs ${month ?? ''}`, (signal) => client.costs(month ?? undefined, { signal }));
  return (
    <Section title="Cost and margin" aside={<MonthField value={month} onChoose={setMonth} />}>
      <Shown of={costs} label="Costs" lines={5}>
        {(report) =>
          report.data.length === 0 ? (
            <Empty title="Nothing was made in this month" />
          ) : (
            <Table
              label="Cost and margin by model"
              rows={[...report.data, { ...report.total, model: 'All models', kind: '' }]}
              nameOf={({ model, kind }) => `${model} ${kind}`}
              columns={COST_COLUMNS}
            />
          )
        }
      </Shown>
    </Section>
  );
}

/** `−$1.20`: the sign stands before the currency. */
function dollarsText(amount: string): string {
  return amount.startsWith('-') ? `−$${amount.slice(1)}` : `$${amount}`;
}
