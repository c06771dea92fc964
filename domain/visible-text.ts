/**
 * Letters, digits, punctuation and symbols that have a picture of their own. A mark needs a letter under it; spaces, controls, formats,
 * private and unassigned code points have none. Unicode's Default_Ignorable_Code_Point are drawn as nothing though some are called
 * letters (the Hangul fillers); the rest of the list are blank by their name, and no property of Unicode says so: U+2800 the Braille
 * pattern without dots, U+FFFC the place of an object that is not there, U+13441 and U+13442 the hieroglyphic blanks, U+1D159 the note
 * without a head.
 */
const VISIBLE =
  /(?![\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}])[\p{L}\p{N}\p{P}\p{S}]/u;

/** Whether a reader sees anything of a text. Holds for every text that must not be empty. */
export function hasVisibleCharacter(text: string): boolean {
  return VISIBLE.test(text);
}
