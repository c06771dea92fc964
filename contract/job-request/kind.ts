import type { z } from 'zod';
import type { KindRules } from '../../domain/work/work.ts';

/** A type of work that customers can ask for: its rules, and what its own fields may be. */
export type Kind = KindRules & {
  /** In the order of `fieldNames`; limits included. They read what was sent and fill in nothing. */
  readonly fields: Readonly<Record<string, z.ZodType>>;
};
