import { toSandboxText } from '../../../domain/texts/sandbox-text.ts';
import { hasVisibleCharacter } from '../../../domain/texts/text-rule.ts';

/**
 * Returns a text as our fonts draw it, on one line. Characters without a glyph are left out, since the canvas would
 * draw boxes for them; the API refuses such a text before. Empty: nothing of it is visible.
 */
export function toDrawableText(text: string): string {
  const { line } = toSandboxText(text);
  return hasVisibleCharacter(line) ? line : '';
}
