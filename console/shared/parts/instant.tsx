import { useEffect, useState } from 'preact/hooks';

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

/**
 * An instant with the exact time as its title. `as`: how long ago (`relative`), the time of day (`clock`), that with
 * its zone (`zoned`), the date (`day`), or the exact time (`exact`).
 */
export function Instant(props: { readonly at: string; readonly as?: keyof typeof TEXTS }) {
  const { at, as = 'relative' } = props;
  const now = useNow();
  return (
    <time dateTime={at} title={exactText(at)} class={as === 'exact' ? 'exact' : undefined}>
      {TEXTS[as](at, now)}
    </time>
  );
}

/**
 * The current time in epoch ms, updated every 20 s. Read at each rendering: an instant that was read since the last tick would
 * be later than that, and a check that ran just now would have run "in a moment".
 */
function useNow(): number {
  const [, setTicks] = useState(0);
  useEffect(() => {
    const ticking = setInterval(() => setTicks((ticks) => ticks + 1), TICK_MS);
    return () => clearInterval(ticking);
  }, []);
  return Date.now();
}
