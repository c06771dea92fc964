/** A whole number of credits, 0 … 2^53 − 1. Never a float, never a bigint. */
type Credits = number & { readonly __unit: 'credits' };

/** The largest amount one call may move. Far above any plan (60,000) and far below 2^53, so sums stay exact. */
export const MAX_CREDITS_PER_CALL = 1_000_000_000_000;

/** Checks that a number is a whole, safe, non-negative amount of credits. Throws RangeError otherwise. */
export function toCredits(value: number): Credits {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`not a whole number of credits: ${String(value)}`);
  }
  return (value === 0 ? 0 : value) as Credits;
}

/** Parses the text PostgreSQL sends for a bigint column. Throws RangeError for anything but a plain safe integer. */
export function parseCredits(text: string): Credits {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) throw new RangeError(`not a whole number of credits: "${text}"`);
  return toCredits(Number(text));
}

/** The same of a change, which may be negative. */
export function parseSignedCredits(text: string): number {
  return text.startsWith('-') ? 0 - parseCredits(text.slice(1)) : parseCredits(text);
}

/** Adds amounts. Throws RangeError when the sum leaves the safe integers. */
export function sumCredits(amounts: readonly number[]): Credits {
  return toCredits(amounts.reduce((sum, amount) => sum + toCredits(amount), 0));
}
