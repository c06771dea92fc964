/** US dollars of services, as text with at most nine decimals and never a float: they bill in billionths. */

const DECIMALS = 9;
const ONE = 10n ** BigInt(DECIMALS);
const DECIMAL = /^\d{1,15}(\.\d{1,12})?$/;
/** As cents are written. */
const SHOWN_DECIMALS = 2;

/** Whether a text is a valid amount or quantity. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** A JSON number as a decimal text; null: it is none, or is not exact. */
export function decimalOf(value: number): string | null {
  const text = String(value);
  return isDecimal(text) ? text : null;
}

/** Adds amounts; 0 for none. */
export function addDollars(amounts: readonly string[]): string {
  return ofBillionths(amounts.reduce((sum, amount) => sum + billionthsOf(amount), 0n));
}

/** May be negative. */
export function subtractDollars(from: string, amount: string): string {
  return ofBillionths(billionthsOf(from) - billionthsOf(amount));
}

export function isMoreThan(amount: string, other: string): boolean {
  return billionthsOf(amount) > billionthsOf(other);
}

/** An amount times a quantity, rounded to billionths. */
export function multiplyDollars(amount: string, quantity: string): string {
  return ofBillionths((billionthsOf(amount) * billionthsOf(quantity) + ONE / 2n) / ONE);
}

/** Decimals after the ninth are dropped. Throws RangeError for a text that is no decimal. */
function billionthsOf(decimal: string): bigint {
  if (!isDecimal(decimal)) throw new RangeError(`not an amount: ${decimal}`);
  const [whole = '', part = ''] = decimal.split('.');
  return BigInt(whole) * ONE + BigInt(part.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
}

function ofBillionths(billionths: bigint): string {
  const sign = billionths < 0n ? '-' : '';
  const size = billionths < 0n ? -billionths : billionths;
  const decimals = (size % ONE).toString().padStart(DECIMALS, '0').replace(/0+$/, '');
  return `${sign}${(size / ONE).toString()}.${decimals.padEnd(SHOWN_DECIMALS, '0')}`;
}
