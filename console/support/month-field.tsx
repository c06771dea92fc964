import { useFilter } from '../shared/router.tsx';

const MONTHS_BACK = 12;
const NAME = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** The month in the address; null: none, or no month. */
export function useMonth(): readonly [string | null, (month: string | null) => void] {
  const [asked, setMonth] = useFilter('month');
  const isMonth = asked !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(asked);
  return [isMonth ? asked : null, setMonth];
}

/** A month in UTC as `2026-01`; null: the current one. */
export function MonthField(props: {
  readonly value: string | null;
  readonly onChoose: (month: string | null) => void;
}) {
  const recent = monthsUpTo(new Date());
  const { value: chosen } = props;
  const months = chosen === null || recent.includes(chosen) ? recent : [...recent, chosen];
  return (
    <select
      class="input input-small month-field"
      aria-label="Month"
      value={props.value ?? months[0]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        props.onChoose(value === months[0] ? null : value);
      }}
    >
      {months.map((month) => (
        <option key={month} value={month}>
          {NAME.format(new Date(`${month}-01T00:00:00Z`))}
        </option>
      ))}
    </select>
  );
}

function monthsUpTo(now: Date): readonly string[] {
  return Array.from({ length: MONTHS_BACK }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}
