import type { Color } from '../color/color.ts';

/** What an ad says, ready to draw. Texts may be empty. */
export type AdCopy = {
  readonly headline: string;
  readonly body: string;
  readonly callToAction: string;
  readonly brand: Color;
};
