import type { Catalogue } from '../../../client/http/wire-types.ts';
import { usePageParts } from '../../shared/data/page-context.ts';
import { useResource } from '../../shared/data/use-resource.ts';
import { GivenText } from '../../shared/parts/given-text.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';

/** The customer's request, field by field, as plain text: in the order of the kind's form, once that is read. */
export function AskedFields(props: {
  readonly kind: string;
  readonly of: Readonly<Record<string, unknown>>;
}) {
  const { client } = usePageParts();
  const { data: catalogue } = useResource('catalogue', (signal) => client.catalogue({ signal }));
  const fields = fieldsOf(props.of);
  if (fields.length === 0) return <p class="muted">Nothing that support sees.</p>;
  const order = fieldOrder(catalogue, props.kind);
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return (
    <dl class="asked">
      {fields
        .toSorted(([a], [b]) => placeOf(a) - placeOf(b))
        .map(([name, text]) => (
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

/** The names in the schema of a kind, in its order; those of an object within stand among them. */
function fieldOrder(catalogue: Catalogue | null, kind: string): readonly string[] {
  const namesOf = (schema: unknown): readonly string[] => {
    const properties = isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {};
    return Object.entries(properties).flatMap(([name, within]) => [name, ...namesOf(within)]);
  };
  return namesOf(catalogue?.kinds.find(({ name }) => name === kind)?.schema);
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
