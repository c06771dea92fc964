import { useState } from 'preact/hooks';
import { valuesOf, type Schema } from './schema.ts';
import { Button } from '../../shared/parts/button.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';

/** A text field that allows more than this has several lines. */
const ONE_LINE_CHARACTERS = 160;
/** Where the browser's chooser begins while no color is set. The well shows that none is. */
const FIRST_COLOR = '#3f51d9';
const HEX_COLOR = '^#[0-9a-fA-F]{6}$';

type ControlProps = {
  readonly control: { readonly id: string; readonly 'aria-label'?: string };
  readonly label: string;
  readonly schema: Schema;
  readonly value: unknown;
  readonly isRequired: boolean;
  /** Called with undefined when the field is emptied. */
  readonly onChange: (value: unknown) => void;
};

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** The control for one field, chosen by its schema. */
export function SchemaControl(props: ControlProps) {
  const { schema } = props;
  if (valuesOf(schema).length > 0) return <EnumControl {...props} />;
  switch (schema.type) {
    case 'boolean':
      return <BooleanControl {...props} />;
    case 'integer':
    case 'number':
      return <NumberControl {...props} />;
    case 'string':
      return schema.pattern === HEX_COLOR ? <ColorControl {...props} /> : <TextControl {...props} />;
    case 'array':
      return schema.items === undefined ? <JsonControl {...props} /> : <ListControl {...props} />;
    case undefined:
    default:
      return <JsonControl {...props} />;
  }
}

/**
 * The text of a control whose value is read from it, as it was written: `1.0` on the way to `1.05` must not become `1`.
 *
 * @param read the value of a text
 * @param write the text of a value that was not written here
 */
function useWritten(value: unknown, read: (text: string) => unknown, write: (value: unknown) => string) {
  const [text, setText] = useState(() => write(value));
  const isSame = JSON.stringify(read(text)) === JSON.stringify(value);
  return [isSame ? text : write(value), setText] as const;
}

function EnumControl({ control, schema, value, isRequired, onChange }: ControlProps) {
  const choices = valuesOf(schema);
  const current = value ?? schema.default;
  return (
    <select
      {...control}
      class="input"
      value={String(choices.indexOf(current))}
      onChange={(event) => onChange(choices[Number(event.currentTarget.value)])}
    >
      {(!isRequired || current === undefined) && schema.default === undefined && (
        <option value="-1">Not set</option>
      )}
      {choices.map((choice, index) => (
        <option key={String(choice)} value={String(index)}>
          {typeof choice === 'string' ? sentenceOf(choice) : String(choice)}
        </option>
      ))}
    </select>
  );
}

function BooleanControl({ control, value, schema, onChange }: ControlProps) {
  return (
    <input
      {...control}
      class="checkbox"
      type="checkbox"
      checked={(value ?? schema.default) === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

const numberOf = (text: string) => (text === '' ? undefined : Number(text));

function NumberControl({ control, schema, value, isRequired, onChange }: ControlProps) {
  const [written, setWritten] = useWritten(value, numberOf, textOf);
  return (
    <input
      {...control}
      class="input input-number"
      type="number"
      inputMode={schema.type === 'integer' ? 'numeric' : 'decimal'}
      required={isRequired}
      min={schema.minimum}
      max={schema.maximum}
      step={schema.type === 'integer' ? 1 : 'any'}
      placeholder={rangeOf(schema)}
      value={written}
      onInput={(event) => {
        const { value: text } = event.currentTarget;
        setWritten(text);
        onChange(numberOf(text));
      }}
    />
  );
}

/** What the form has no control for: a choice between a text and a number, a map, a list of set places. JSON, or else a text. */
function JsonControl({ control, schema, value, isRequired, onChange }: ControlProps) {
  const [written, setWritten] = useWritten(value, jsonOf, (given) =>
    typeof given === 'string' ? given : given === undefined ? '' : JSON.stringify(given),
  );
  return (
    <textarea
      {...control}
      class="input"
      required={isRequired}
      dir="auto"
      rows={schema.type === undefined ? 1 : 3}
      placeholder={schema.type === 'object' ? '{ "name": "value" }' : ''}
      value={written}
      onInput={(event) => {
        const { value: text } = event.currentTarget;
        setWritten(text);
        onChange(jsonOf(text));
      }}
    />
  );
}

function jsonOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The placeholder of an empty field: its default, or its range as `10 – 120`. */
function rangeOf({ minimum, maximum, default: usual }: Schema): string {
  if (usual !== undefined) return textOf(usual);
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return '';
  return `${String(minimum)} – ${String(maximum)}`;
}

function TextControl(props: ControlProps & { readonly placeholder?: string }) {
  const { control, schema, value, isRequired, onChange, placeholder } = props;
  const shared = {
    ...control,
    placeholder,
    class: 'input',
    required: isRequired,
    dir: 'auto' as const,
    value: textOf(value),
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => {
      const { value: text } = event.currentTarget;
      onChange(text === '' ? undefined : text);
    },
  };
  const isLong = (schema.maxLength ?? 0) > ONE_LINE_CHARACTERS && schema.format !== 'uri';
  if (isLong) return <textarea {...shared} rows={3} />;
  return schema.format === 'uri' ? (
    <input {...shared} type="url" autocomplete="off" />
  ) : (
    <input {...shared} type="text" autocomplete="off" />
  );
}

function ColorControl(props: ControlProps) {
  const { label, value, onChange } = props;
  const text = textOf(value);
  const isSet = new RegExp(HEX_COLOR).test(text);
  return (
    <div class="color">
      <input
        type="color"
        class={isSet ? 'color-well' : 'color-well color-unset'}
        aria-label={isSet ? `${label}: choose` : `${label}: choose, none is set`}
        value={isSet ? text : FIRST_COLOR}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <TextControl {...props} placeholder="None" />
    </div>
  );
}

function ListControl({ control, label, schema, value, onChange }: ControlProps) {
  const items = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const item = schema.items ?? {};
  const isFull = items.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY);
  const set = (next: readonly unknown[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <div class="list-control" id={control.id} role="group" aria-label={label}>
      {items.map((one, index) => (
        <div key={index} class="list-item">
          <SchemaControl
            control={{
              id: `${control.id}-${String(index)}`,
              'aria-label': `${label} ${String(index + 1)}`,
            }}
            label={`${label} ${String(index + 1)}`}
            schema={item}
            value={one}
            isRequired={false}
            onChange={(next) => set(items.map((other, at) => (at === index ? (next ?? '') : other)))}
          />
          <Button
            look="quiet"
            label={`Remove ${label} ${String(index + 1)}`}
            onClick={() => set(items.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      {!isFull && (
        <Button isSmall onClick={() => set([...items, ''])}>
          Add
        </Button>
      )}
    </div>
  );
}
