import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '../..');
const PROVIDERS = path.join(CHECKOUT, 'activities/providers');
const MAX_LINES = 150;

const adapters = readdirSync(PROVIDERS, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\/[a-z]+-provider\.ts$/.test(file),
);

test('an adapter has fewer than 150 lines, as docs/adding-a-model-service.md says', () => {
  expect(adapters.length).toBeGreaterThanOrEqual(4);
  for (const file of adapters)
    expect(readFileSync(path.join(PROVIDERS, file), 'utf8').split('\n').length, file).toBeLessThan(MAX_LINES);
});

test('docs/adding-a-model-service.md names only commands and helpers that exist', () => {
  const page = readFileSync(path.join(CHECKOUT, 'docs/adding-a-model-service.md'), 'utf8');
  const scripts = Object.keys(
    (JSON.parse(readFileSync(path.join(CHECKOUT, 'package.json'), 'utf8')) as { scripts: object }).scripts,
  );
  for (const [, script = ''] of page.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toContain(script);
  for (const [, helper = ''] of page.matchAll(/`(http\/[a-z-]+\.ts)`/g))
    expect(readFileSync(path.join(PROVIDERS, helper), 'utf8').length).toBeGreaterThan(0);
});
