import { whenCalm } from '../data/when-calm.ts';

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const ZONE = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });
const EXACT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Further away than this, the date is shown. */
const LONGEST_RELATIVE_MS = 7 * DAY_MS;
const TICK_MS = 20_000;

/** `28 Nov 2026`. */
const dayText = (at: string) => DAY.format(new Date(at));
/** `14:32`, with its day unless that is today. */
export function clockText(at: string, now = Date.now()): string {
  const date = new Date(at);
  const isToday = DAY.format(date) === DAY.format(new Date(now));
  return isToday ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}
/** The same with the time zone, for a conversation with people in another. */
export function zonedText(at: string, now = Date.now()): string {
  const zone = ZONE.formatToParts(new Date(at)).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${clockText(at, now)} ${zone}`;
}
/** To the second, with the time zone. */
export const exactText = (at: string) => EXACT.format(new Date(at));

/** `3 minutes ago`, `in 2 hours`; a week away or more: the date. */
function relativeText(at: string, now = Date.now()): string {
  const awayMs = Date.parse(at) - now;
  const size = Math.abs(awayMs);
  if (size < 45_000) return awayMs > 0 ? 'in a moment' : 'just now';
  if (size < 45 * MINUTE_MS) return RELATIVE.format(Math.round(awayMs / MINUTE_MS), 'minute');
  if (size < 22 * HOUR_MS) return RELATIVE.format(Math.round(awayMs / HOUR_MS), 'hour');
  if (size < LONGEST_RELATIVE_MS) return RELATIVE.format(Math.round(awayMs / DAY_MS), 'day');
  return dayText(at);
}

const TEXTS = {
  relative: relativeText,
  clock: clockText,
  zoned: zonedText,
  day: dayText,
  exact: exactText,
} as const;

type Form = keyof typeof TEXTS;

/**
 * An instant with the exact time as its title. `as`: how long ago (`relative`), the time of day (`clock`), that with
 * its zone (`zoned`), the date (`day`), or the exact time (`exact`).
 */
export function Instant(props: { readonly at: string; readonly as?: Form }) {
  const { at, as = 'relative' } = props;
  keepInstants();
  // Another instant is another element, since Preact does not know the text that `updateInstants` has written.
  return (
    <time
      key={at}
      dateTime={at}
      title={exactText(at)}
      class={as === 'exact' ? 'exact' : undefined}
      data-as={as}
    >
      {TEXTS[as](at)}
    </time>
  );
}

let isKept = false;

/** One clock for all instants of the page: a list has hundreds of them, of which each had a timer. */
function keepInstants(): void {
  if (!isKept) setInterval(() => whenCalm(updateInstants), TICK_MS);
  isKept = true;
}

/** Writes what has changed without rendering anything. */
function updateInstants(): void {
  const nowMs = Date.now();
  for (const { dateTime, dataset, firstChild } of document.querySelectorAll<HTMLTimeElement>(
    'time[data-as]',
  )) {
    const text = TEXTS[dataset['as'] as Form](dateTime, nowMs);
    if (firstChild instanceof Text && firstChild.data !== text) firstChild.data = text;
  }
}
