import { useMemo } from 'preact/hooks';
import type { Catalogue, UsageByDay } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { DayChart } from '../../shared/chart/day-chart.tsx';
import type { DaySeries } from '../../shared/chart/day-series.ts';
import { colorOfUse } from '../../shared/chart/series-colors.ts';
import { Empty, Shown } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { useFilter } from '../../shared/router.tsx';
import { useCreditMoves } from '../balance.tsx';
import { useVisit } from '../portal-context.tsx';

const DAY_MS = 86_400_000;
/** As many as the API counts when it is given no dates. */
const SHORT_DAYS = 30;
const CHOICES = [
  { value: null, text: '30 days' },
  { value: '90', text: '90 days' },
];
/** Events that may change what was charged. */
const CHARGES = new Set([
  'job.succeeded',
  'job.partially_succeeded',
  'job.failed',
  'job.canceled',
  'credits.refunded',
]);

/** Charged credits by day and kind. */
export function UsageSection() {
  const { client } = usePageParts();
  const [days, setDays] = useFilter('days');
  const version = useCreditMoves();
  const count = days === '90' ? 90 : SHORT_DAYS;
  const usage = useResource(
    `usage ${String(count)}`,
    async (signal) => {
      const latest = await client.usageByDay({}, { signal });
      if (count === SHORT_DAYS) return latest;
      const from = new Date(startOfRange(count, latest.to)).toISOString();
      return client.usageByDay({ from }, { signal });
    },
    { on: ({ type }) => CHARGES.has(type), version },
  );
  return (
    <Section
      title="Usage"
      aside={<ChoiceBar label="Length" choices={CHOICES} value={days} onChoose={setDays} />}
    >
      <Shown of={usage} label="Your usage" lines={5}>
        {(data) => <UsageChart usage={data} count={count} />}
      </Shown>
    </Section>
  );
}

function UsageChart({ usage, count }: { readonly usage: UsageByDay; readonly count: number }) {
  const { catalogue } = useVisit();
  const series = useMemo(() => seriesOf(usage, count, usesOf(catalogue)), [usage, count, catalogue]);
  if (series.series.length === 0)
    return (
      <Empty title="Nothing was charged in this time">What you create is shown here, by day and kind.</Empty>
    );
  return (
    <div class="card">
      <DayChart label="Credits by day and kind" of={series} />
    </div>
  );
}

/** The start of the first of `count` UTC days that end with the account's today, in epoch ms. */
function startOfRange(count: number, today: string): number {
  return Math.floor(Date.parse(today) / DAY_MS) * DAY_MS - (count - 1) * DAY_MS;
}

/** All that credits are spent on, each with a color by its place. */
const usesOf = ({ kinds, meters }: Catalogue) => [
  ...kinds.map(({ name }) => name),
  'edit',
  'batch',
  ...meters.map(({ name }) => name),
];

function seriesOf({ data, to }: UsageByDay, count: number, uses: readonly string[]): DaySeries {
  const start = startOfRange(count, to);
  const days = Array.from({ length: count }, (_, index) =>
    new Date(start + index * DAY_MS).toISOString().slice(0, 10),
  );
  const kinds = [...new Set(data.map(({ kind }) => kind))].sort();
  const series = kinds.map((name) => {
    const byDay = new Map(data.filter(({ kind }) => kind === name).map(({ day, credits }) => [day, credits]));
    return { name, color: colorOfUse(name, uses), values: days.map((day) => byDay.get(day) ?? 0) };
  });
  // What was taken back or has expired is listed with the usage, and charged nothing.
  return { days, series: series.filter(({ values }) => values.some((credits) => credits !== 0)) };
}
