import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nestsDeeperThan } from '../../../domain/nests-deep.ts';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

it('JSON that nests deeper than the limit is found, whatever its texts hold', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 6 }),
      fc.nat(6),
      fc.constantFrom('[', '"{', '\\', ']]'),
      (value, most, text) => {
        const json = { [text]: [value, text] };
        expect(nestsDeeperThan(most, Buffer.from(JSON.stringify(json)))).toBe(depthOf(json) > most);
      },
    ),
  );
});

it('text that is no JSON is not found to nest deeper', () => {
  for (const text of ['"', '"\\', ']]]]', '{"a', ''])
    expect(nestsDeeperThan(3, Buffer.from(text)), text).toBe(false);
});
