import type { GrantSource } from '../../../domain/credits/grant-rules.ts';

/** How many series colors tokens.css has. */
export const SERIES_COLORS = 7;

const NUMBER_OF_SOURCE: Readonly<Record<GrantSource, number>> = {
  plan: 1,
  top_up: 2,
  goodwill: 3,
  sign_up: 4,
  trial: 5,
  referral: 6,
  return: 7,
};

/** The class that gives an element the color of a source of credits, the same in every chart and bar. */
export const colorOfSource = (source: GrantSource) => `series-${String(NUMBER_OF_SOURCE[source])}`;

/**
 * The class with the color of what credits are spent on: by its place in `named`, whatever else a chart shows. With more
 * names than colors, some colors stand for two of them.
 */
export function colorOfUse(name: string, named: readonly string[]): string {
  const place = named.indexOf(name);
  return `series-${String(((place < 0 ? named.length : place) % SERIES_COLORS) + 1)}`;
}
