const WHOLE = new Intl.NumberFormat('en');
const SIGNED = new Intl.NumberFormat('en', { signDisplay: 'exceptZero' });

/** `1,250`, and `+35` or `−35` where the sign is the point. */
export function creditsText(credits: number, options: { readonly isSigned?: boolean } = {}): string {
  return (options.isSigned === true ? SIGNED : WHOLE).format(credits).replace('-', '−');
}

/** An amount of credits, in figures of one width. */
export function Money(props: {
  readonly credits: number;
  readonly isSigned?: boolean;
  /** Adds the word. */
  readonly isNamed?: boolean;
}) {
  const { credits, isSigned = false, isNamed = false } = props;
  const look = isSigned && credits > 0 ? 'money money-in' : 'money';
  return (
    <span class={look}>
      {creditsText(credits, { isSigned })}
      {isNamed && <span class="unit">{Math.abs(credits) === 1 ? ' credit' : ' credits'}</span>}
    </span>
  );
}
