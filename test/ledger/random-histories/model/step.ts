import type { RefundItem, SettleItem } from './give-back.ts';
import type { GrantItem, LimitsStep } from './model-ledger.ts';
import type { PlanStep } from './model-plans.ts';
import type { TakeItem } from './take.ts';

export type VoidItem = { readonly account: string; readonly id: string };

/** One call of a history, made so long after the one before it. Verbs that take arrays get several items. */
export type Step = { readonly waitMs: number } & (
  | { readonly verb: 'grant'; readonly items: readonly GrantItem[] }
  /** Units: an item on its own, or a group, which stands or falls together. */
  | { readonly verb: 'reserve'; readonly units: readonly (readonly TakeItem[])[] }
  | { readonly verb: 'spend'; readonly items: readonly TakeItem[] }
  | { readonly verb: 'settle'; readonly items: readonly SettleItem[] }
  | { readonly verb: 'refund'; readonly items: readonly RefundItem[] }
  | { readonly verb: 'void'; readonly items: readonly VoidItem[] }
  | { readonly verb: 'open'; readonly account: string; readonly lowBalanceAt: number }
  | { readonly verb: 'plan'; readonly call: PlanStep }
  | { readonly verb: 'renew'; readonly accounts: readonly string[] }
  | { readonly verb: 'refer'; readonly account: string; readonly inviter: string }
  | { readonly verb: 'limits'; readonly limits: LimitsStep }
  | { readonly verb: 'sweep'; readonly accounts: readonly string[] }
);

/** How many operations a step is: each item is one. */
export function operationsOf(step: Step): number {
  if ('items' in step) return step.items.length;
  if ('units' in step) return step.units.flat().length;
  return 'accounts' in step ? step.accounts.length : 1;
}
