import { useMemo } from 'preact/hooks';
import type { BalanceByDay } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { DayChart } from '../../shared/chart/day-chart.tsx';
import type { DaySeries } from '../../shared/chart/day-series.ts';
import { colorOfSource } from '../../shared/chart/series-colors.ts';
import { Empty, Shown } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { useFilter } from '../../shared/router.tsx';
import { counted } from '../../../domain/texts/counted.ts';

const EVERY_MS = 30_000;
const DAY_MS = 86_400_000;
const CHOICES = [
  { value: null, text: '30 days' },
  { value: '90', text: '90 days' },
];

/** The available credits at the end of each day, a color for each source of grants. */
export function BalanceChart() {
  const { client } = usePageParts();
  const [chosen, choose] = useFilter('days');
  const days = chosen === '90' ? 90 : 30;
  const balance = useResource(
    `balance of ${counted(days, 'day')}`,
    (signal) => client.balanceByDay(days, { signal }),
    { everyMs: EVERY_MS },
  );
  return (
    <Section
      title="Balance by day"
      aside={<ChoiceBar label="Length" choices={CHOICES} value={chosen} onChoose={choose} />}
    >
      <Shown of={balance} label="The balance by day" lines={5}>
        {(data) => <Chart of={data} count={days} />}
      </Shown>
    </Section>
  );
}

function Chart({ of, count }: { readonly of: BalanceByDay; readonly count: number }) {
  const series = useMemo(() => seriesOf(of, count), [of, count]);
  if (series.series.length === 0) return <Empty title="It had no credits in this time" />;
  return (
    <div class="card">
      <DayChart label="What was available by day and source" of={series} />
    </div>
  );
}

function seriesOf({ from, data }: BalanceByDay, count: number): DaySeries {
  const start = Date.parse(from);
  const days = Array.from({ length: count }, (_, index) => dayText(start + index * DAY_MS));
  const sources = [...new Set(data.map(({ source }) => source))];
  const series = sources.map((name) => {
    const byDay = new Map(
      data.filter(({ source }) => source === name).map(({ day, available }) => [day, available]),
    );
    return { name, color: colorOfSource(name), values: days.map((day) => byDay.get(day) ?? 0) };
  });
  return { days, series: series.filter(({ values }) => values.some((value) => value > 0)), isLevel: true };
}

const dayText = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);
