import { toSandboxText } from '../../../domain/texts/sandbox-text.ts';
import { hasVisibleCharacter } from '../../../domain/texts/text-rule.ts';

/**
 * The text as our fonts draw it, on one line. What they lack is left out (the canvas would draw a box in place of it): the product refuses
 * such a text before it comes here. Empty when nothing of it can be seen.
 */
export function toDrawableText(text: string): string {
  const { line } = toSandboxText(text);
  return hasVisibleCharacter(line) ? line : '';
}
