import { describe, expect, test } from 'vitest';
import { CATALOGUE_TOOLS } from '../../../catalogue/catalogue-tools.ts';
import { fieldSchema } from '../../../catalogue/field-schema.ts';
import { hardTextsFor } from '../../../catalogue/hard-texts.ts';
import { isDoneInTime } from '../../../catalogue/time-trial.ts';

const { z, text, brief } = CATALOGUE_TOOLS;

/** On a text of a body's size each of these takes from seconds to longer than there is. */
const BACKTRACK = [
  /^(a+)+$/,
  /^(\w|\d)+$/,
  /^(?:a|aa)+$/,
  /^(([a-z])+.)+[A-Z]([a-z])+$/,
  /(x+x+)+y/,
  /\s+$/,
  /^id:(?:[a-z]+-?)*$/,
  /^(.*?,){11}P/,
  /^(?=[a-z])(?<word>\w+\s?)*$/,
  /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
];
const DO_NOT = [
  /^[a-z]+$/,
  /^#[0-9a-f]{6}$/,
  /^\d{4}-\d\d-\d\d$/,
  /^[\w.-]+$/,
  /^(?:[a-z]+-)*[a-z]+$/,
  /^[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4})+$/,
  /^\p{L}[\p{L} '-]*$/u,
];

const isQuick = (pattern: RegExp, limitMs?: number) => {
  const texts = hardTextsFor([pattern.source]);
  return isDoneInTime(() => {
    for (const one of texts) pattern.test(one);
  }, limitMs);
};

describe('a pattern', () => {
  test.each(BACKTRACK)('that backtracks does not end in time: %s', (pattern) => {
    expect(isQuick(pattern, 150)).toBe(false);
  });

  test.each(DO_NOT)('that does not backtrack ends in time: %s', (pattern) => {
    expect(isQuick(pattern)).toBe(true);
  });
});

const faultOf = (schema: unknown) => fieldSchema.safeParse(schema).error?.issues[0]?.message ?? null;
const SLOW = /^(?:[a-z]+ ?)+$/;

describe('a field whose pattern backtracks', () => {
  test('is refused, wherever in it the pattern stands and however long its texts may be', () => {
    const faults = [
      z.string().max(200, { abort: true }).regex(SLOW),
      z.object({ tags: z.array(z.union([z.int(), z.string().regex(SLOW)])).max(3) }),
    ].map(faultOf);
    for (const fault of faults) {
      expect(fault).toMatch(/^it takes too long to read a long text \("a/);
      expect(fault).toContain('or .max(n, { abort: true }) before the pattern');
    }
  });

  test('is accepted where a maximum keeps long texts from it', () => {
    // Six letters are tried in 64 ways, and of more the pattern is not asked.
    expect(faultOf(z.string().max(6, { abort: true }).regex(SLOW))).toBeNull();
    expect(faultOf(text({ max: 6 }).regex(SLOW))).toBeNull();
  });

  test('is no field of the shared brief', () => {
    const fields = { headline: 'H', body: 'H', call_to_action: 'H', brand_color: 'H' };
    const done = isDoneInTime(() => {
      for (const one of hardTextsFor([/^#[0-9a-fA-F]{6}$/.source])) {
        brief.safeParse({
          ...fields,
          headline: one,
          brand_color: one,
          reference_asset_urls: [`https://${one}`],
        });
      }
    });
    expect(done).toBe(true);
  });
});
