import uPlot from 'uplot';
import type { DaySeries } from './day-series.ts';
import { creditsText } from '../parts/money.tsx';

type Options = {
  readonly height: number;
  readonly dayLabel: (day: string) => string;
  /** Called with the index of the day under the pointer; null: none. */
  readonly onPick: (index: number | null) => void;
};

const BAR_WIDTH = 0.72;
const MAX_BAR_PX = 34;

/** Draws stacked bars: each series as the sum of itself and those below it, the highest first. */
export function drawDays(place: HTMLElement, { days, series }: DaySeries, options: Options): uPlot {
  const piled: number[][] = [];
  for (const { values } of series) {
    const below = piled.at(-1);
    piled.push(days.map((_, index) => Math.max(values[index] ?? 0, 0) + (below?.[index] ?? 0)));
  }
  const bars = uPlot.paths.bars?.({ size: [BAR_WIDTH, MAX_BAR_PX], radius: 0.12 });
  const drawn = piled
    .map((values, index) => ({ values, color: resolvedColor(place, '--series', series[index]?.color) }))
    .reverse();
  const font = `12px ${getComputedStyle(place).fontFamily}`;
  const grid = { stroke: resolvedColor(place, '--line'), width: 1 };
  const axis = { stroke: resolvedColor(place, '--text-muted'), font, ticks: { show: false } };
  return new uPlot(
    {
      width: place.clientWidth,
      height: options.height,
      padding: [8, 6, 0, 0],
      legend: { show: false },
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [-0.6, days.length - 0.4] },
        y: { range: (_, __, max) => [0, Math.max(max * 1.08, 10)] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          grid: { show: false },
          values: (_, ticks) =>
            ticks.map((tick) =>
              Number.isInteger(tick) && days[tick] !== undefined ? options.dayLabel(days[tick]) : '',
            ),
          space: 64,
        },
        { ...axis, grid, size: 54, values: (_, ticks) => ticks.map((tick) => creditsText(tick)), space: 36 },
      ],
      series: [
        {},
        ...drawn.map(({ color }) => ({
          fill: color,
          stroke: color,
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      hooks: { setCursor: [({ cursor }) => options.onPick(cursor.idx ?? null)] },
    },
    [days.map((_, index) => index), ...drawn.map(({ values }) => values)],
    place,
  );
}

/** The color behind a token, which a canvas cannot read, in an element of a class. */
function resolvedColor(place: HTMLElement, token: string, ofClass = ''): string {
  const probe = document.createElement('span');
  probe.className = ofClass;
  probe.style.color = `var(${token})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
