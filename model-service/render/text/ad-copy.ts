import type { Color } from '../color/color.ts';

/** The texts and the color of an ad, ready to draw. Texts may be empty. */
export type AdCopy = {
  readonly headline: string;
  readonly body: string;
  readonly callToAction: string;
  readonly brand: Color;
};
