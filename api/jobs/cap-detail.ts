import type { ExceededCap } from '../../contract/shapes/problem-shape.ts';
import { counted, figure } from '../../domain/texts/counted.ts';

/** The spend cap that refused an amount, in words. */
export function capDetail(cap: ExceededCap, required: number): string {
  const whose = cap.limit === 'member_credits_per_period' ? 'member' : 'project';
  return `The ${whose} ${cap.name} may use ${counted(cap.credits_per_period, 'credit')} in a billing period (${cap.limit}) and has used ${figure(cap.used)}; this needs ${figure(required)} more. Raise the limit or wait for the next period, and send it with a new Idempotency-Key.`;
}
