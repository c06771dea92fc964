import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const read = (page: string) => readFileSync(path.join(CHECKOUT, page), 'utf8');
const DECISIONS = readdirSync(path.join(CHECKOUT, 'docs', 'decisions')).map(
  (name) => `docs/decisions/${name}`,
);

test('what the ledger does in a second stands in docs/benchmarks.md; README rounds it, and no decision has another', () => {
  const measured = /10,000 accounts, 256 in flight \|[^|]*\|[^|]*\| ([\d,]+) :/.exec(
    read('docs/benchmarks.md'),
  );
  const shown = /admits and settles ([\d,]+) jobs a second/.exec(read('README.md'));
  const [exact, rounded] = [measured, shown].map((match) => Number(match?.[1]?.replaceAll(',', '')));
  expect(exact).toBeGreaterThan(0);
  expect(rounded).toBe(Math.round((exact ?? 0) / 100) * 100);
  for (const page of DECISIONS) expect(read(page), page).not.toMatch(/cycles\/s/);
});
