import type { ComponentChildren } from 'preact';
import { Field } from './field.tsx';
import { figureOf, USUAL_DIGITS } from './figure-of.ts';

/** A field for a whole number of at most nine digits. Its text stays as it was written (`figureOf`). */
export function FigureField(props: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly isOptional?: boolean;
  readonly value: string;
  readonly maxDigits?: number;
  /** The least number; default 0. */
  readonly least?: number;
  readonly onText: (text: string) => void;
}) {
  const { value, maxDigits = USUAL_DIGITS, least = 0, onText, ...field } = props;
  const figure = figureOf(value, maxDigits);
  const isFigure = figure === null || (figure !== undefined && figure >= least);
  return (
    <Field
      {...field}
      fault={
        isFigure
          ? null
          : `Write a whole number from ${String(least)}: digits alone, at most ${String(maxDigits)}.`
      }
    >
      {(control) => (
        <input
          {...control}
          class="input number"
          inputMode="numeric"
          maxLength={MAX_CHARACTERS}
          value={value}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Longer than any figure that is pasted by mistake: a shortened one would be another number. */
const MAX_CHARACTERS = 200;
