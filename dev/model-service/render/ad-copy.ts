import type { PredictionInput } from '../prediction-request.ts';
import { parseColor, type Color } from './color.ts';
import { toDrawableText } from './drawable-text.ts';

/** What an ad says, ready to draw. Texts may be empty. */
export type AdCopy = {
  readonly headline: string;
  readonly body: string;
  readonly callToAction: string;
  readonly brand: Color;
};

const DEFAULT_BRAND: Color = { red: 0.29, green: 0.27, blue: 0.9 };

/** The longest headline that is set as one; an edit's instruction that stands in for it may be longer. */
const MAX_HEADLINE = 120;

/** Reads the brief. A headline that cannot be drawn at all gives way to what can, so that an ad never stands empty. */
export function adCopyOf(input: PredictionInput): AdCopy {
  const { brief } = input;
  const headline = toDrawableText(brief?.headline ?? input.instruction ?? '');
  const body = toDrawableText(brief?.body ?? '');
  const callToAction = toDrawableText(brief?.call_to_action ?? '');
  const brand = parseColor(brief?.brand_color ?? '') ?? DEFAULT_BRAND;
  if (headline !== '')
    return { headline: [...headline].slice(0, MAX_HEADLINE).join(''), body, callToAction, brand };
  const [first = '', ...rest] = body.split(/(?<=[.!?…])\s+/u);
  return { headline: [...first].slice(0, MAX_HEADLINE).join(''), body: rest.join(' '), callToAction, brand };
}
