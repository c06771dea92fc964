import { expect } from 'vitest';
import type { Answer } from './model-ledger.ts';
import type { Step } from './step.ts';

export type Played = { readonly step: Step; readonly answers: readonly Answer[] };

/** One key of a call, what was asked under it, and the answer. */
type Keyed = { readonly key: string; readonly content: string; readonly answer: Answer };

/** Outcomes that made something; said twice under one key only for the same content (invariant 9). */
const MADE = ['granted', 'reserved', 'spent', 'refunded', 'set'];

/** Checks calls that were made at once: no key stands for two contents, and nothing ended twice. */
export function expectOnceOnly(played: readonly Played[]): void {
  const contents = new Map<string, string>();
  const endings = new Map<string, number>();
  for (const { key, content, answer } of played.flatMap(keysOf)) {
    const [outcome, isReplay] = answer;
    if (MADE.includes(String(outcome))) {
      expect([key, contents.get(key) ?? content]).toEqual([key, content]);
      contents.set(key, content);
    }
    if ((outcome === 'committed' || outcome === 'released') && isReplay === false)
      endings.set(key, (endings.get(key) ?? 0) + 1);
  }
  expect([...endings].filter(([, times]) => times > 1)).toEqual([]);
}

function keysOf({ step, answers }: Played): Keyed[] {
  const keyed = (items: readonly { readonly account: string }[], idOf: (index: number) => string): Keyed[] =>
    items.map((item, index) => ({
      key: `${step.verb} ${item.account} ${idOf(index)}`,
      content: JSON.stringify(item),
      answer: answers[index] ?? [],
    }));
  switch (step.verb) {
    case 'reserve': {
      const items = step.units.flat();
      return keyed(items, (index) => items[index]?.id ?? '');
    }
    case 'refund':
      return keyed(step.items, (index) => step.items[index]?.refund ?? '');
    case 'grant': {
      // When it ends is not content: a retry counts from another instant.
      const items = step.items.map((item) => ({ ...item, expiresAt: 0 }));
      return keyed(items, (index) => items[index]?.id ?? '');
    }
    case 'spend':
    case 'settle':
    case 'void':
      return keyed(step.items, (index) => step.items[index]?.id ?? '');
    case 'plan':
      return keyed([step.call], () => step.call.reference);
    case 'open':
    case 'renew':
    case 'refer':
    case 'limits':
    case 'sweep':
      return [];
  }
}

/** Outcomes that stand forever, by verb. Others may be another when the call is made again: nothing was kept of it. */
const FOR_EVER: Readonly<Record<Step['verb'], readonly string[]>> = {
  grant: ['granted', 'key_reused', 'invalid_amount'],
  reserve: ['reserved', 'committed', 'released', 'invalid_amount'],
  spend: ['spent', 'key_reused', 'invalid_amount'],
  settle: ['committed', 'released', 'key_reused', 'invalid_amount'],
  refund: ['refunded', 'key_reused'],
  void: ['voided'],
  plan: ['set', 'key_reused'],
  refer: ['pending', 'paid', 'self_referral', 'already_referred'],
  open: ['opened', 'exists'],
  renew: [],
  limits: [],
  sweep: [],
};

/** The results that a repeated call may have; null: nothing is promised. */
export function answersAgain(verb: Step['verb'], first: Answer): readonly Answer[] | null {
  const outcome = String(first[0]);
  if (!FOR_EVER[verb].includes(outcome)) return null;
  if (verb === 'reserve' && outcome === 'reserved') return [['reserved'], ['committed'], ['released']];
  if (verb === 'refer' && outcome === 'pending') return [['pending'], ['paid']];
  if (verb === 'open') return [['exists']];
  if (verb === 'settle' && outcome !== 'invalid_amount') return [[outcome, true, ...first.slice(2)]];
  if (verb === 'plan' && outcome === 'set') return [[outcome, true, ...first.slice(2)]];
  // The credits of a refund stay the same; the sum that the reservation has had back grows.
  return [verb === 'void' || verb === 'plan' ? first : first.slice(0, outcome === 'refunded' ? 2 : 1)];
}
