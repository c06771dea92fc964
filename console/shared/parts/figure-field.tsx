import type { ComponentChildren } from 'preact';
import { Field } from './field.tsx';

/** A field for a whole number, of at most nine digits. What is no digit is not taken. */
export function FigureField(props: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly isOptional?: boolean;
  /** Digits; empty: none chosen. */
  readonly value: string;
  readonly maxDigits?: number;
  readonly onDigits: (digits: string) => void;
}) {
  const { value, maxDigits = 9, onDigits, ...field } = props;
  return (
    <Field {...field}>
      {(control) => (
        <input
          {...control}
          class="input number"
          inputMode="numeric"
          maxLength={maxDigits}
          value={value}
          onInput={(event) => onDigits(event.currentTarget.value.replace(/\D/g, ''))}
        />
      )}
    </Field>
  );
}
