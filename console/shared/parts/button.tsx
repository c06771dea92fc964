import type { ComponentChildren } from 'preact';

/** `primary`: the main action of a view. `danger`: an action that cannot be undone. */
export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger';

export function Button(props: {
  readonly look?: ButtonLook;
  readonly type?: 'button' | 'submit';
  readonly onClick?: () => void;
  readonly isDisabled?: boolean;
  /** Its action is under way: the button keeps its size and ignores clicks. */
  readonly isBusy?: boolean;
  readonly isSmall?: boolean;
  readonly label?: string;
  readonly class?: string;
  readonly isPressed?: boolean;
  readonly children: ComponentChildren;
}) {
  const { look = 'plain', type = 'button', isBusy = false, isDisabled = false, isSmall = false } = props;
  const onClick = () => {
    if (!isBusy) props.onClick?.();
  };
  return (
    <button
      type={type}
      class={`button button-${look}${isSmall ? ' button-small' : ''} ${props.class ?? ''}`}
      onClick={onClick}
      disabled={isDisabled}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      aria-label={props.label}
      aria-pressed={props.isPressed}
    >
      {isBusy && <span class="spinner" aria-hidden="true" />}
      <span>{props.children}</span>
    </button>
  );
}
