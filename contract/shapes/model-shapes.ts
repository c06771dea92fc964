import { z } from 'zod';
import { instant, listOf, pageOf } from './wire-fields.ts';

export const MODEL_HEALTH = ['ok', 'degraded'] as const;

/** One call that a model is made by: the model itself, or one of its stages. */
const modelCallHealth = z.strictObject({
  provider: z.string(),
  /** As the provider calls it. */
  model: z.string(),
  /** `open`: nothing leaves for it. `half_open`: one job tries whether it works again. */
  breaker: z.enum(['closed', 'open', 'half_open']),
  /** Since when its breaker is not closed. */
  opened_at: instant.nullable(),
  /** In a row, by fault of the service. */
  failures: z.int().min(0),
  in_flight: z.int().min(0),
  /** Jobs that wait for their turn, or for the breaker. */
  waiting: z.int().min(0),
});
export type ModelCallHealth = z.output<typeof modelCallHealth>;

/** A model of the catalogue, and how it does. */
export const modelHealth = z.strictObject({
  name: z.string(),
  kinds: listOf(z.string()),
  /** Whether this deployment has the services that it needs. */
  offered: z.boolean(),
  /** `degraded`: the breaker of one of its calls is not closed. */
  health: z.enum(MODEL_HEALTH),
  calls: listOf(modelCallHealth),
});
export type ModelHealth = z.output<typeof modelHealth>;

export const modelPage = pageOf(modelHealth);
