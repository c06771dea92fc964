import { addDollars, multiplyDollars } from './dollars.ts';

/** What a call costs us, in US dollars as text, never a float. The parts add up. */
export type CostRule = {
  /** Per call. */
  readonly per_call?: string | undefined;
  /** Per second that the service bills. */
  readonly per_second?: string | undefined;
  /** Per unit that the service bills: a megapixel, a second of film. */
  readonly per_unit?: string | undefined;
};

/** A service's word on a run's price; null or absent: it does not say. */
export type SaidOfCost = {
  readonly billed: 'yes' | 'no' | 'unknown';
  /** In US dollars. */
  readonly cost: string | null;
  /** Billed time. */
  readonly seconds?: string | null;
  readonly units?: string | null;
};

/** `isFinal`: the service said so, and only its bill can differ. Otherwise it is the catalogue's estimate. */
export type AttemptCost = { readonly cost: string | null; readonly isFinal: boolean };

/** The cost of a run: by the service's word, by its meter and our price, or by the catalogue's estimate. */
export function costOfRun(rule: CostRule | null, said: SaidOfCost): AttemptCost {
  if (said.billed === 'no') return { cost: '0.00', isFinal: true };
  if (said.cost !== null) return { cost: said.cost, isFinal: true };
  if (rule === null) return { cost: null, isFinal: false };
  const { seconds = null, units = null } = said;
  const parts = [
    ...(rule.per_call === undefined ? [] : [rule.per_call]),
    ...(rule.per_second === undefined || seconds === null ? [] : [multiplyDollars(rule.per_second, seconds)]),
    ...(rule.per_unit === undefined || units === null ? [] : [multiplyDollars(rule.per_unit, units)]),
  ];
  const isMetered = rule.per_second !== undefined && seconds !== null;
  const isWhole = rule.per_unit === undefined || units !== null;
  return {
    cost: parts.length === 0 ? null : addDollars(parts),
    isFinal: said.billed === 'yes' && isMetered && isWhole,
  };
}

/** The estimated cost of a call; null: it depends on what the call takes. */
export function expectedCost(rule: CostRule | null): string | null {
  return costOfRun(rule, { billed: 'unknown', cost: null }).cost;
}
