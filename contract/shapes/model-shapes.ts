import { z } from 'zod';
import { instant, listOf, pageOf } from './wire-fields.ts';

export const MODEL_HEALTH = ['ok', 'degraded'] as const;

/** One call of a model: the model itself, or one of its stages. */
const modelCallHealth = z.strictObject({
  provider: z.string(),
  model: z.string().describe('The name of the model at the provider.'),
  breaker: z
    .enum(['closed', 'open', 'half_open'])
    .describe('`open`: nothing is submitted to it. `half_open`: one job tries whether it works again.'),
  opened_at: instant
    .nullable()
    .describe('Since when its breaker has been open or half open; null: it is closed.'),
  failures: z.int().min(0).describe('How many attempts in a row have failed by fault of the service.'),
  in_flight: z.int().min(0),
  waiting: z.int().min(0).describe('Jobs that wait for their turn or for the breaker.'),
});
export type ModelCallHealth = z.output<typeof modelCallHealth>;

/** A model of the catalogue, and its health. */
export const modelHealth = z.strictObject({
  name: z.string(),
  kinds: listOf(z.string()),
  offered: z.boolean().describe('Whether this deployment has the services that it needs.'),
  health: z.enum(MODEL_HEALTH).describe('`degraded`: the breaker of one of its calls is not closed.'),
  calls: listOf(modelCallHealth),
});
export type ModelHealth = z.output<typeof modelHealth>;

export const modelPage = pageOf(modelHealth);
