import { GivenText } from '../../shared/parts/given-text.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';

/** The customer's request, field by field, as plain text. */
export function AskedFields({ of }: { readonly of: Readonly<Record<string, unknown>> }) {
  const fields = fieldsOf(of);
  if (fields.length === 0) return <p class="muted">Nothing that support sees.</p>;
  return (
    <dl class="asked">
      {fields.map(([name, text]) => (
        <div key={name}>
          <dt>{sentenceOf(name)}</dt>
          <dd>
            <GivenText text={text} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The fields with a value. Fields of an object within are listed among them by their own names. */
function fieldsOf(of: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(of).flatMap(([name, value]) => {
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return [];
    if (isRecord(value)) return fieldsOf(value);
    if (Array.isArray(value)) return [[name, value.map(textOf).join('\n')] as const];
    return [[name, textOf(value)] as const];
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
