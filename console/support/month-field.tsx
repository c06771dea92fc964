const MONTHS_BACK = 12;
const NAME = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** A month in UTC as `2026-01`; null: the current one. */
export function MonthField(props: {
  readonly value: string | null;
  readonly onChoose: (month: string | null) => void;
}) {
  const months = monthsUpTo(new Date());
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
