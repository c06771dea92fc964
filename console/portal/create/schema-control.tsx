import type { Schema } from './schema.ts';
import { Button } from '../../shared/parts/button.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';

/** A text field that allows more than this has several lines. */
const ONE_LINE_CHARACTERS = 160;
const HEX_COLOR = '^#[0-9a-fA-F]{6}$';

type ControlProps = {
  readonly control: { readonly id: string };
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
  if (schema.enum !== undefined) return <EnumControl {...props} />;
  switch (schema.type) {
    case 'boolean':
      return <BooleanControl {...props} />;
    case 'integer':
    case 'number':
      return <NumberControl {...props} />;
    case 'array':
      return <ListControl {...props} />;
    case undefined:
    default:
      return schema.pattern === HEX_COLOR ? <ColorControl {...props} /> : <TextControl {...props} />;
  }
}

function EnumControl({ control, schema, value, isRequired, onChange }: ControlProps) {
  const choices = schema.enum ?? [];
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

function NumberControl({ control, schema, value, isRequired, onChange }: ControlProps) {
  return (
    <input
      {...control}
      class="input input-number"
      type="number"
      inputMode="numeric"
      required={isRequired}
      min={schema.minimum}
      max={schema.maximum}
      step={schema.type === 'integer' ? 1 : 'any'}
      placeholder={rangeOf(schema)}
      value={textOf(value)}
      onInput={(event) => {
        const { value: text } = event.currentTarget;
        onChange(text === '' ? undefined : Number(text));
      }}
    />
  );
}

/** The placeholder of an empty field: its default, or its range as `10 – 120`. */
function rangeOf({ minimum, maximum, default: usual }: Schema): string {
  if (usual !== undefined) return textOf(usual);
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return '';
  return `${String(minimum)} – ${String(maximum)}`;
}

function TextControl({ control, schema, value, isRequired, onChange }: ControlProps) {
  const shared = {
    ...control,
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
  return (
    <div class="color">
      <input
        type="color"
        class="color-well"
        aria-label={`${label}: choose`}
        value={new RegExp(HEX_COLOR).test(text) ? text : '#888888'}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <TextControl {...props} />
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
            control={{ id: `${control.id}-${String(index)}` }}
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
