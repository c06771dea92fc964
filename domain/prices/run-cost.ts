import { addDollars, isMoreThan, multiplyDollars } from './dollars.ts';

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

/** Of seconds and of units. A meter that says more is broken: 10^8 seconds are three years. */
const MAX_METER_DIGITS = 8;
/** US dollars. A metered cost above it is not believed: the catalogue's price of a call counts, and PostgreSQL holds no more. */
const MAX_COST = '1000000000';

/** `isFinal`: the service said so, and only its bill can differ. Otherwise it is the catalogue's estimate. */
export type AttemptCost = { readonly cost: string | null; readonly isFinal: boolean };

/** The cost of a run: by the service's word, by its meter and our price, or by the catalogue's estimate. */
export function costOfRun(rule: CostRule | null, said: SaidOfCost): AttemptCost {
  if (said.billed === 'no') return { cost: '0.00', isFinal: true };
  if (said.cost !== null) return { cost: said.cost, isFinal: true };
  if (rule === null) return { cost: null, isFinal: false };
  const metered = costOfMeter(rule, meterOf(said.seconds), meterOf(said.units));
  const isBelieved = metered.cost === null || !isMoreThan(metered.cost, MAX_COST);
  const { cost, isWhole } = isBelieved ? metered : costOfMeter(rule, null, null);
  return { cost, isFinal: said.billed === 'yes' && isWhole };
}

function costOfMeter(rule: CostRule, seconds: string | null, units: string | null) {
  const parts = [
    ...(rule.per_call === undefined ? [] : [rule.per_call]),
    ...(rule.per_second === undefined || seconds === null ? [] : [multiplyDollars(rule.per_second, seconds)]),
    ...(rule.per_unit === undefined || units === null ? [] : [multiplyDollars(rule.per_unit, units)]),
  ];
  return {
    cost: parts.length === 0 ? null : addDollars(parts),
    isWhole:
      rule.per_second !== undefined && seconds !== null && (rule.per_unit === undefined || units !== null),
  };
}

/** Null for a quantity that no run uses. */
function meterOf(quantity: string | null | undefined): string | null {
  return quantity && (quantity.split('.')[0] ?? '').length <= MAX_METER_DIGITS ? quantity : null;
}

/** The estimated cost of a call; null: it depends on what the call takes. */
export function expectedCost(rule: CostRule | null): string | null {
  return costOfRun(rule, { billed: 'unknown', cost: null }).cost;
}
