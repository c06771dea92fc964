import { hasVisibleCharacter } from './visible-text.ts';

/** A UTF-16 half without its other half: not text, and nothing PostgreSQL or JSON would store. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
/** C0, DEL and C1; and the same without tab and line feed, which belong in a paragraph. */
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
const CONTROL_IN_PARAGRAPH = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;

export type TextRule = {
  /** In Unicode code points. */
  readonly max: number;
  /** True where line breaks and tabs are text. */
  readonly isParagraph?: boolean;
  /** True where nothing at all is an answer. */
  readonly mayBeEmpty?: boolean;
};

/** What is wrong with a text, as code and advice; null when nothing is. */
export function faultOfText(
  text: string,
  rule: TextRule,
): { readonly code: string; readonly detail: string } | null {
  // Length first and by units: the other checks need not read a megabyte. A code point is one or two units.
  if (text.length > rule.max * 2 || [...text].length > rule.max) {
    return { code: 'too_long', detail: `At most ${String(rule.max)} characters.` };
  }
  if ((rule.isParagraph === true ? CONTROL_IN_PARAGRAPH : CONTROL).test(text)) {
    const allowed =
      rule.isParagraph === true ? 'No control characters but tab and line feed.' : 'No control characters.';
    return { code: 'control_character', detail: allowed };
  }
  if (LONE_SURROGATE.test(text)) return { code: 'lone_surrogate', detail: 'Not valid Unicode text.' };
  if (rule.mayBeEmpty !== true && !hasVisibleCharacter(text)) {
    return { code: 'too_short', detail: 'At least one visible character.' };
  }
  return null;
}
