import { addDollars, multiplyDollars } from './dollars.ts';

/** What a call costs us, in US dollars as text: never a float. What is given adds up. */
export type CostRule = {
  /** For a call, whatever it makes. */
  readonly per_call?: string | undefined;
  /** For each second that the service bills as computed. */
  readonly per_second?: string | undefined;
  /** For each unit that the service says it bills: a megapixel, a second of film. */
  readonly per_unit?: string | undefined;
};

/** What a service says of a run's price; null and absent: it does not say. */
export type SaidOfCost = {
  readonly billed: 'yes' | 'no' | 'unknown';
  /** In US dollars. */
  readonly cost: string | null;
  /** Billed time. */
  readonly seconds?: string | null;
  readonly units?: string | null;
};

/** `isFinal`: the service says so, and only its bill may say otherwise. Else it is what the catalogue expects. */
export type AttemptCost = { readonly cost: string | null; readonly isFinal: boolean };

/** What a run cost: by the service's own word, by its meter and our price, or by what the catalogue expects of a call. */
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

/** What a call is expected to cost before anything is said of it; null: that depends on what it takes. */
export function expectedCost(rule: CostRule | null): string | null {
  return costOfRun(rule, { billed: 'unknown', cost: null }).cost;
}
