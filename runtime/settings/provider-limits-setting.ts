import { z } from 'zod';

/** One provider of the setting: `gpu in_flight=40 per_second=2.5`, either limit or both, neither twice. */
const ONE =
  /^([a-z][a-z0-9_]{0,39})(?!.* (?<limit>\w+)=.* \k<limit>=)((?: (?:in_flight=\d{1,6}|per_second=\d{1,4}(?:\.\d{1,3})?)){1,2})$/;

type Limits = { readonly inFlight: number | null; readonly perSecond: number | null };

/** Limits by provider, as `gpu in_flight=40 per_second=2.5, fal in_flight=20`. None may be zero. */
export const providerLimits = z.string().transform((text, context): Readonly<Record<string, Limits>> => {
  const found = text.split(',').map((one) => readOne(one.trim().replaceAll(/\s+/g, ' ')));
  const limits = found.filter((one) => one !== null);
  const named = new Set(limits.map(([provider]) => provider));
  // A limit that is given twice would be one of the two.
  if (named.size === found.length) return Object.fromEntries(limits);
  context.addIssue({ code: 'custom', message: 'not limits of providers' });
  return z.NEVER;
});

function readOne(text: string): readonly [provider: string, limits: Limits] | null {
  const [, provider = '', , given = ''] = ONE.exec(text) ?? [];
  const valueOf = (name: string): number | null => {
    const [, value] = new RegExp(`${name}=(\\S+)`).exec(given) ?? [];
    return value === undefined ? null : Number(value);
  };
  const limits = { inFlight: valueOf('in_flight'), perSecond: valueOf('per_second') };
  const isRight = provider !== '' && limits.inFlight !== 0 && limits.perSecond !== 0;
  return isRight ? [provider, limits] : null;
}
