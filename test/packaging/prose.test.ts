import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

/** Made by commands, recorded, or of other projects; and this file, which has to name the words. */
const NOT_READ = new Set([
  'node_modules',
  'dist',
  'out',
  '.git',
  '.holdfast',
  'histories',
  'package-lock.json',
  'prose.test.ts',
]);
const IS_READ = /\.(ts|js|mjs|cjs|md|yml)$/;

type Rule = {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
};

/** Words that stop a reader, and what to write. Comments, messages, test titles and pages alike. */
const RULES: readonly Rule[] = [
  { name: 'for ever', pattern: /\bfor ever\b/i, instead: '"forever", or until when' },
  {
    name: 'a specification that is not in the repository',
    pattern:
      /\b(design|style|credit-rules|api-conventions|provider-facts|temporal-traps|renderer-facts)\.md\b/,
    instead: 'the page in docs/, or the reason itself',
  },
];

function filesOf(folder: string): readonly string[] {
  return readdirSync(path.join(CHECKOUT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_READ.has(entry.name)) return [];
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(file);
    return IS_READ.test(entry.name) ? [file] : [];
  });
}

const LINES = filesOf('').flatMap((file) =>
  readFileSync(path.join(CHECKOUT, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ text, at: `${file}:${String(index + 1)}` })),
);

test.each(RULES)('nothing says "$name": write $instead', ({ pattern }) => {
  expect(LINES.length).toBeGreaterThan(10_000);
  expect(
    LINES.filter(({ text }) => pattern.test(text)).map(({ at, text }) => `${at}: ${text.trim()}`),
  ).toEqual([]);
});
