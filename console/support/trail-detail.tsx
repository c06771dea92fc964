import { GivenText } from '../shared/parts/given-text.tsx';

/** The recorded details of an action, besides who, when and why. */
export function TrailDetail(props: {
  readonly of: Readonly<Record<string, unknown>>;
  /** The name of a detail to leave out, since the page is about it. */
  readonly but?: string;
}) {
  const text = Object.entries(props.of)
    .filter(([name, value]) => name !== props.but && value !== null && value !== '')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
  if (text === '') return null;
  return (
    <p class="muted small mono trail-detail">
      <GivenText text={text} />
    </p>
  );
}
