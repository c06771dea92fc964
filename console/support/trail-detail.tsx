import { GivenText } from '../shared/parts/given-text.tsx';
import { exactText } from '../shared/parts/instant.tsx';
import { Joined } from '../shared/parts/joined.tsx';
import { creditsText } from '../shared/parts/money.tsx';
import { sentenceOf } from '../shared/parts/state-badge.tsx';

/** The recorded details of an action, besides who, when and why. */
export function TrailDetail(props: {
  readonly of: Readonly<Record<string, unknown>>;
  /** The name of a detail to leave out, since the page is about it. */
  readonly but?: string;
}) {
  const details = Object.entries(props.of).filter(([name, value]) => name !== props.but && isSaid(value));
  if (details.length === 0) return null;
  return (
    <p class="muted small">
      <Joined
        of={details.map(([name, value]) => (
          <>
            {sentenceOf(name)}: <GivenText text={textOf(value)} />
          </>
        ))}
      />
    </p>
  );
}

const isSaid = (value: unknown) =>
  value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** A detail as a text: a list with commas, an object as its names and values. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return INSTANT.test(value) ? exactText(value) : value;
  if (typeof value === 'number') return creditsText(value);
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, within]) => `${sentenceOf(name).toLowerCase()} ${textOf(within)}`)
    .join(' ');
}
