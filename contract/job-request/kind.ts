import type { z } from 'zod';
import type { KindRules } from '../../domain/work/work.ts';

/** A kind of work: its rules, and the schemas of its fields. */
export type Kind = KindRules & {
  /** In the order of `fieldNames`, with limits. They fill in nothing. */
  readonly fields: Readonly<Record<string, z.ZodType>>;
};
