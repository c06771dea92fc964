import type { KindFields } from './job-request.ts';

/** Of a picture or a film, in pixels. */
export type Dimensions = { readonly width: number; readonly height: number };

/** The dimensions of every result of a model, or those by the value of a field. */
export type DimensionRule =
  Dimensions | { readonly field: string; readonly sizes: Readonly<Record<string, Dimensions>> };

/** What a rule says of a work; undefined: there is no rule, or the work has none of its values. */
export function dimensionsOf(rule: DimensionRule | null, work: KindFields): Dimensions | undefined {
  if (rule === null || 'width' in rule) return rule ?? undefined;
  const value = String(work[rule.field]);
  return Object.hasOwn(rule.sizes, value) ? rule.sizes[value] : undefined;
}
