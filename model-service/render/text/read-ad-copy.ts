import type { PredictionInput } from '../../predictions/prediction-request.ts';
import type { AdCopy } from './ad-copy.ts';
import { applyInstruction } from './apply-instruction.ts';
import { parseColor, type Color } from '../color/color.ts';
import { toDrawableText } from '../fonts/drawable-text.ts';
import { SENTENCE_END } from './sentence-end.ts';

const DEFAULT_BRAND: Color = { red: 0.29, green: 0.27, blue: 0.9 };

/** The longest headline. An edit's instruction may ask for a longer one, which is cut. */
const MAX_HEADLINE = 120;

/**
 * Returns the copy of an ad: its brief, changed by an edit's instruction. If nothing of the headline can be drawn, the
 * first sentence of the body replaces it, so that an ad is never empty.
 */
export function adCopyOf(input: PredictionInput): AdCopy {
  const { brief } = input;
  const asked: AdCopy = {
    headline: toDrawableText(brief?.headline ?? ''),
    body: toDrawableText(brief?.body ?? ''),
    callToAction: toDrawableText(brief?.call_to_action ?? ''),
    brand: parseColor(brief?.brand_color ?? '') ?? DEFAULT_BRAND,
  };
  const { headline, body, callToAction, brand } = applyInstruction(asked, input.instruction);
  if (headline !== '')
    return { headline: [...headline].slice(0, MAX_HEADLINE).join(''), body, callToAction, brand };
  const [first = '', ...rest] = body.split(SENTENCE_END);
  return { headline: [...first].slice(0, MAX_HEADLINE).join(''), body: rest.join(' '), callToAction, brand };
}
