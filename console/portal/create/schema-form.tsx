import { Button } from '../../shared/parts/button.tsx';
import { Field } from '../../shared/parts/field.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { SchemaControl } from './schema-control.tsx';
import { valueIn, withValue, type Schema, type Values } from './schema.ts';

type FormProps = {
  readonly values: Values;
  readonly onChange: (path: readonly string[], value: unknown) => void;
  /** The faults of fields by JSON pointer (`/brief/headline`). */
  readonly faults: ReadonlyMap<string, string>;
};

/** The fields of an object schema, each by its type; an object within is a group. It knows no kind of work. */
export function SchemaFields(
  props: FormProps & {
    readonly schema: Schema;
    readonly path?: readonly string[];
    /** Fields to leave out. */
    readonly without?: ReadonlySet<string>;
  },
) {
  const { schema, path = [], without, values, onChange, faults } = props;
  const required = new Set(schema.required ?? []);
  // A required field with one value is not asked for. The other required ones come first, otherwise the order of the schema holds.
  const fields = Object.entries(schema.properties ?? {})
    .filter(
      ([name, property]) =>
        without?.has(name) !== true && !(required.has(name) && property.const !== undefined),
    )
    .sort(([a], [b]) => Number(required.has(b)) - Number(required.has(a)));
  return (
    <>
      {fields.map(([name, property]) => {
        const here = [...path, name];
        const pointer = `/${here.join('/')}`;
        const label = property.title ?? sentenceOf(name);
        if (property.properties !== undefined) {
          return (
            <fieldset key={name} class="group">
              <legend>{label}</legend>
              <SchemaFields
                {...props}
                schema={property}
                path={here}
                values={(valueIn(values, name) ?? {}) as Values}
              />
            </fieldset>
          );
        }
        const value = valueIn(values, name);
        if (property.items?.properties !== undefined) {
          return (
            <GroupList
              key={name}
              {...props}
              schema={property}
              path={here}
              label={label}
              items={Array.isArray(value) ? (value as readonly Values[]) : []}
            />
          );
        }
        return (
          <Field
            key={name}
            label={label}
            isOptional={!required.has(name)}
            hint={property.description}
            fault={faultAt(faults, pointer)}
            aside={countOf(property, value)}
          >
            {(control) => (
              <SchemaControl
                control={control}
                label={label}
                schema={property}
                value={value}
                isRequired={required.has(name)}
                onChange={(next) => onChange(here, next)}
              />
            )}
          </Field>
        );
      })}
    </>
  );
}

/** A list of objects: a group of fields for each. */
function GroupList(
  props: Omit<FormProps, 'values'> & {
    readonly schema: Schema;
    readonly path: readonly string[];
    readonly label: string;
    readonly items: readonly Values[];
  },
) {
  const { schema, path, label, items, faults, onChange } = props;
  const set = (next: readonly Values[]) => onChange(path, next.length === 0 ? undefined : next);
  return (
    <fieldset class="group">
      <legend>{label}</legend>
      {items.map((item, index) => (
        <fieldset key={index} class="group">
          <legend>{`${label} ${String(index + 1)}`}</legend>
          <SchemaFields
            schema={schema.items ?? {}}
            path={[...path, String(index)]}
            values={item}
            faults={faults}
            onChange={(at, value) => {
              const within = at.slice(path.length + 1);
              set(items.map((one, other) => (other === index ? withValue(one, within, value) : one)));
            }}
          />
          <div>
            <Button
              look="quiet"
              label={`Remove ${label} ${String(index + 1)}`}
              onClick={() => set(items.filter((_, other) => other !== index))}
            >
              Remove
            </Button>
          </div>
        </fieldset>
      ))}
      {items.length < (schema.maxItems ?? Number.POSITIVE_INFINITY) && (
        <div>
          <Button isSmall label={`Add to ${label}`} onClick={() => set([...items, {}])}>
            Add
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** The fault of a field, or of an item of its list; null: none. */
function faultAt(faults: ReadonlyMap<string, string>, pointer: string): string | null {
  const found = [...faults].find(([at]) => at === pointer || at.startsWith(`${pointer}/`));
  return found?.[1] ?? null;
}

/** `12 / 120` for a text that is long or near its limit; undefined: no count is shown. */
function countOf({ maxLength }: Schema, value: unknown): string | undefined {
  if (maxLength === undefined || typeof value !== 'string' || value === '') return undefined;
  const length = [...value].length;
  return length > maxLength * 0.6
    ? `${length.toLocaleString('en')} / ${maxLength.toLocaleString('en')}`
    : undefined;
}
