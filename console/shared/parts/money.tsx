const WHOLE = new Intl.NumberFormat('en');
const SIGNED = new Intl.NumberFormat('en', { signDisplay: 'exceptZero' });

/** `1,250`; with `isSigned`, `+35` or `−35`. */
export function creditsText(credits: number, options: { readonly isSigned?: boolean } = {}): string {
  return (options.isSigned === true ? SIGNED : WHOLE).format(credits).replace('-', '−');
}

/** An amount of credits, in digits of equal width. */
export function Money(props: {
  readonly credits: number;
  readonly isSigned?: boolean;
  /** Adds the word "credits". */
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
