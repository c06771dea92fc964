import { useMemo } from 'preact/hooks';
import type { LedgerReport } from '../../../client/http/wire-types.ts';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { DayChart } from '../../shared/chart/day-chart.tsx';
import type { DaySeries } from '../../shared/chart/day-series.ts';
import { colorOfSource } from '../../shared/chart/series-colors.ts';
import { Empty } from '../../shared/parts/notice.tsx';
import { Section } from '../../shared/parts/shell.tsx';
import { useFilter } from '../../shared/router.tsx';

const SHOWN = [
  { value: null, text: 'Outstanding' },
  { value: 'issued', text: 'Issued' },
  { value: 'spent', text: 'Spent' },
  { value: 'refunded', text: 'Refunded' },
  { value: 'expired', text: 'Expired' },
] as const;
type Measure = 'outstanding' | 'issued' | 'spent' | 'refunded' | 'expired';

/** A month by day, a color for each source: the credits outstanding at each day's end, or the day's movements. */
export function LedgerChart({ of }: { readonly of: LedgerReport }) {
  const [chosen, choose] = useFilter('show');
  const measure: Measure = SHOWN.find(({ value }) => value === chosen)?.value ?? 'outstanding';
  const series = useMemo(() => seriesOf(of, measure), [of, measure]);
  return (
    <Section
      title="By day"
      aside={
        <ChoiceBar
          label="What is shown"
          choices={SHOWN}
          value={measure === 'outstanding' ? null : measure}
          onChoose={choose}
        />
      }
    >
      {series.series.length === 0 ? (
        <Empty title={`Nothing was ${measure} in this month`} />
      ) : (
        <div class="card">
          <DayChart label={`Credits ${measure} by day and source`} of={series} />
        </div>
      )}
    </Section>
  );
}

function seriesOf({ data, days: rows }: LedgerReport, measure: Measure): DaySeries {
  const days = [...new Set(rows.map(({ day }) => day))];
  const series = data.map(({ source }) => ({
    name: source,
    color: colorOfSource(source),
    values: rows.filter((row) => row.source === source).map((row) => row[measure]),
  }));
  return {
    days,
    series: series.filter(({ values }) => values.some((value) => value > 0)),
    isLevel: measure === 'outstanding',
  };
}
