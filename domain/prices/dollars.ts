/** Money of services, in US dollars as text with at most nine decimals: never a float. They bill in billionths. */

const DECIMALS = 9;
const ONE = 10n ** BigInt(DECIMALS);
const DECIMAL = /^\d{1,15}(\.\d{1,12})?$/;
/** As cents are written. */
const SHOWN_DECIMALS = 2;

/** Whether a text is an amount, or a quantity, that counts here. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** A number that came in JSON, as a decimal; null for what is none, or not exact as one. */
export function decimalOf(value: number): string | null {
  const text = String(value);
  return isDecimal(text) ? text : null;
}

/** Adds amounts; of none, nothing. */
export function addDollars(amounts: readonly string[]): string {
  return ofBillionths(amounts.reduce((sum, amount) => sum + billionthsOf(amount), 0n));
}

/** May be less than nothing. */
export function subtractDollars(from: string, amount: string): string {
  return ofBillionths(billionthsOf(from) - billionthsOf(amount));
}

export function isMoreThan(amount: string, other: string): boolean {
  return billionthsOf(amount) > billionthsOf(other);
}

/** The amount for so many of something; half a billionth counts as one. */
export function multiplyDollars(amount: string, quantity: string): string {
  return ofBillionths((billionthsOf(amount) * billionthsOf(quantity) + ONE / 2n) / ONE);
}

/** Beyond nine decimals nothing counts. Throws RangeError for what is no decimal. */
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
