import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '../..');
const PROVIDERS = path.join(CHECKOUT, 'activities/providers');
const FAKES = path.join(import.meta.dirname, 'contract');
const PAGE = readFileSync(path.join(CHECKOUT, 'docs/adding-a-model-service.md'), 'utf8');

const linesOf = (...file: readonly string[]) =>
  readFileSync(path.join(...file), 'utf8').split('\n').length - 1;

test('an engineer writes as many lines for an adapter and its fake as docs/adding-a-model-service.md says', () => {
  const said =
    /Each of its files has under (\d+) lines, all of them together under (\d+)\. The fake of the service for the tests has under (\d+)\./;
  const [perFile, perAdapter, perFake] = (said.exec(PAGE) ?? []).slice(1).map(Number) as [
    number,
    number,
    number,
  ];
  const adapters = readdirSync(PROVIDERS).filter((folder) =>
    existsSync(path.join(PROVIDERS, folder, `${folder}-provider.ts`)),
  );
  expect(adapters).toEqual(['fal', 'generic', 'openai', 'replicate']);
  for (const adapter of adapters) {
    const lines = readdirSync(path.join(PROVIDERS, adapter)).map((file) => linesOf(PROVIDERS, adapter, file));
    expect(Math.max(...lines), adapter).toBeLessThan(perFile);
    expect(
      lines.reduce((sum, one) => sum + one, 0),
      adapter,
    ).toBeLessThan(perAdapter);
    expect(linesOf(FAKES, `${adapter}-dialect.ts`), adapter).toBeLessThan(perFake);
  }
  const [, example] = /Compare `generic-dialect\.ts` \((\d+) lines\)/.exec(PAGE) ?? [];
  expect(Number(example)).toBe(linesOf(FAKES, 'generic-dialect.ts'));
});

test('docs/adding-a-model-service.md names only commands and helpers that exist', () => {
  const scripts = Object.keys(
    (JSON.parse(readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8')) as { scripts: object }).scripts,
  );
  for (const [, script = ''] of PAGE.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toContain(script);
  for (const [, helper = ''] of PAGE.matchAll(/`(http\/[a-z-]+\.ts)`/g))
    expect(readFileSync(path.join(PROVIDERS, helper), 'utf8').length).toBeGreaterThan(0);
});
