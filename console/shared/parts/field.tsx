import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** The attributes that tie a control to its label, hint and fault. */
type ControlProps = {
  readonly id: string;
  readonly 'aria-describedby'?: string | undefined;
  readonly 'aria-invalid'?: true | undefined;
};

/** A control with its label, hint and fault. */
export function Field(props: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly fault?: string | null | undefined;
  readonly isOptional?: boolean;
  /** At the end of the label's line, such as a count of characters. */
  readonly aside?: ComponentChildren;
  readonly children: (control: ControlProps) => ComponentChildren;
}) {
  const id = useId();
  const fault = props.fault ?? null;
  const hasHint = props.hint !== undefined && props.hint !== null;
  const described = [hasHint ? `${id}-hint` : '', fault === null ? '' : `${id}-fault`]
    .filter(Boolean)
    .join(' ');
  return (
    <div class={fault === null ? 'field' : 'field field-faulty'}>
      <div class="field-label">
        <label for={id}>
          {props.label}
          {props.isOptional === true && <span class="muted"> optional</span>}
        </label>
        {props.aside !== undefined && <span class="field-aside">{props.aside}</span>}
      </div>
      {props.children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': fault === null ? undefined : true,
      })}
      {hasHint && (
        <p class="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
      {fault !== null && (
        <p class="field-fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}
