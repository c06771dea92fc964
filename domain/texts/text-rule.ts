import { counted } from './counted.ts';

/** A UTF-16 half without its other half: not text, and nothing PostgreSQL or JSON would store. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
/** C0, DEL and C1; and the same without tab and line feed, which belong in a paragraph. */
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/;
const CONTROL_IN_PARAGRAPH = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;

/**
 * Letters, digits, punctuation and symbols that have a picture of their own. A mark needs a letter under it; spaces, controls, formats,
 * private and unassigned code points have none. Unicode's Default_Ignorable_Code_Point are drawn as nothing though some are called
 * letters (the Hangul fillers); the rest of the list are blank by their name, and no property of Unicode says so: U+2800 the Braille
 * pattern without dots, U+FFFC the place of an object that is not there, U+13441 and U+13442 the hieroglyphic blanks, U+1D159 the note
 * without a head.
 */
const VISIBLE =
  /(?![\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}])[\p{L}\p{N}\p{P}\p{S}]/u;

export type TextRule = {
  /** In Unicode code points. */
  readonly max: number;
  /** True: line breaks and tabs are allowed. */
  readonly isParagraph?: boolean;
  /** True: it may be empty. */
  readonly mayBeEmpty?: boolean;
};

/** The fault of a text, with code and advice; null: none. */
export function faultOfText(
  text: string,
  rule: TextRule,
): { readonly code: string; readonly detail: string } | null {
  // Length first and by units: the other checks need not read a megabyte. A code point is one or two units.
  if (text.length > rule.max * 2 || [...text].length > rule.max) {
    return { code: 'too_long', detail: `At most ${counted(rule.max, 'character')}.` };
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

/** The fault of a text that PostgreSQL or another JSON reader would not store, for any field; null: none. */
export function faultOfStoredText(text: string): { readonly code: string; readonly detail: string } | null {
  if (text.includes('\u0000')) return { code: 'control_character', detail: 'No NUL.' };
  return LONE_SURROGATE.test(text) ? { code: 'lone_surrogate', detail: 'Not valid Unicode text.' } : null;
}

/** Whether a text has a visible character. Required of every text that must not be empty. */
export function hasVisibleCharacter(text: string): boolean {
  return VISIBLE.test(text);
}
