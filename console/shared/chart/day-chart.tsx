import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import type { DaySeries } from './day-series.ts';
import { creditsText } from '../parts/money.tsx';
import { sentenceOf } from '../parts/state-badge.tsx';

const HEIGHT_PX = 200;

const MONTH_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayLabel = (day: string) => MONTH_DAY.format(new Date(`${day}T00:00:00Z`));

/** A bar chart by day. A table below it has the same figures, for readers who cannot see bars. */
export function DayChart(props: { readonly label: string; readonly of: DaySeries }) {
  const { label, of } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [picked, setPicked] = useState<number | null>(null);
  useEffect(() => {
    const place = frame.current;
    if (place === null) return;
    let plot: uPlot | null = null;
    let isShown = true;
    const draw = async () => {
      const { drawDays } = await import('./draw-days.ts');
      if (!isShown) return;
      plot?.destroy();
      plot = drawDays(place, of, { height: HEIGHT_PX, dayLabel, onPick: setPicked });
    };
    void draw();
    const resized = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT_PX }));
    resized.observe(place);
    const theme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => void draw();
    theme.addEventListener('change', redraw);
    return () => {
      isShown = false;
      resized.disconnect();
      theme.removeEventListener('change', redraw);
      plot?.destroy();
    };
  }, [of]);
  return (
    <figure class="chart">
      <Legend of={of} picked={picked} />
      <div
        ref={frame}
        class="chart-frame"
        role="img"
        aria-label={`${label}: the figures are in the table below`}
      />
      <details class="chart-table">
        <summary>As a table</summary>
        <DayTable label={label} of={of} />
      </details>
    </figure>
  );
}

/** The legend, with the figures of all days or of the day under the pointer. */
function Legend({ of, picked }: { readonly of: DaySeries; readonly picked: number | null }) {
  const day = picked === null ? undefined : of.days[picked];
  const all = of.isLevel === true ? `On ${dayLabel(of.days.at(-1) ?? '')}` : 'All days';
  const totalOf = (values: readonly number[]) =>
    of.isLevel === true ? (values.at(-1) ?? 0) : values.reduce((sum, one) => sum + one, 0);
  return (
    <figcaption class="legend">
      <span class="muted">{day === undefined ? all : dayLabel(day)}</span>
      {of.series.map(({ name, color, values }) => (
        <span key={name} class="legend-item">
          <span class={`swatch ${color}`} aria-hidden="true" />
          {sentenceOf(name)}
          <strong class="money">
            {creditsText(picked === null ? totalOf(values) : (values[picked] ?? 0))}
          </strong>
        </span>
      ))}
    </figcaption>
  );
}

function DayTable({ label, of }: { readonly label: string; readonly of: DaySeries }) {
  const rows = of.days.map((day, index) => ({ day, index }));
  const used = rows.filter(({ index }) => of.series.some(({ values }) => (values[index] ?? 0) !== 0));
  return (
    <div class="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Day</th>
            {of.series.map(({ name }) => (
              <th key={name} scope="col" class="number">
                {sentenceOf(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {used.map(({ day, index }) => (
            <tr key={day}>
              <td class="nowrap">{dayLabel(day)}</td>
              {of.series.map(({ name, values }) => (
                <td key={name} class="number">
                  {creditsText(values[index] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
