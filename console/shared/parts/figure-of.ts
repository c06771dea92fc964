/** Nine: a tenth digit would be no figure of credits that a person means. */
export const USUAL_DIGITS = 9;

/**
 * The number of a figure's text; null: empty; undefined: no whole number, or one of more digits. No text is shortened to
 * one: of `1.5` or `-15` it would make 15.
 */
export function figureOf(text: string, maxDigits = USUAL_DIGITS): number | null | undefined {
  const written = text.trim();
  if (written === '') return null;
  return /^\d+$/.test(written) && written.length <= maxDigits ? Number(written) : undefined;
}
