import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT, WRITTEN_FILES } from './checkout-files.ts';

/** Written by commands; and this file, which has to name the words. */
const NOT_READ = ['package-lock.json', 'docs/schema.sql', 'test/packaging/prose.test.ts'];
const IS_READ = /\.(ts|js|mjs|cjs|sql|md|yml)$/;

type Rule = {
  readonly name: string;
  readonly pattern: RegExp;
  readonly instead: string;
  /** Applies to comments, pages and test titles only: a value may be called so. */
  readonly isOfProseOnly?: true;
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
  {
    name: 'whoever, nobody, somebody, anybody',
    pattern: /\b(who(m)?ever|nobody|somebody|anybody)\b/i,
    instead: 'the role: the caller, the worker, support, the customer',
    isOfProseOnly: true,
  },
  {
    name: 'a function answers',
    pattern: /\banswers\b/i,
    instead: '"returns" of a function, "responds" of a server',
    isOfProseOnly: true,
  },
];

const FILES = WRITTEN_FILES.filter((file) => IS_READ.test(file) && !NOT_READ.includes(file));

/** A line of a comment, as prettier sets it, or a test's title. */
const IS_PROSE = /^\s*(\/\*\*|\*|\/\/|--) |^\s*(it|test|describe)[\w.]*\(['`]/;
const isProse = ({ text, at }: Line) =>
  !at.startsWith('CHANGELOG') && (/\.md:\d+$/.test(at) || IS_PROSE.test(text));

type Line = { readonly text: string; readonly at: string };

const LINES: readonly Line[] = FILES.flatMap((file) =>
  readFileSync(path.join(CHECKOUT, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ text, at: `${file}:${String(index + 1)}` })),
);

test.each(RULES)('nothing says "$name": write $instead', ({ pattern, isOfProseOnly }) => {
  const lines = isOfProseOnly === true ? LINES.filter(isProse) : LINES;
  expect(lines.length).toBeGreaterThan(3_000);
  const found = lines.filter(({ text }) => pattern.test(text));
  expect(found.map(({ at, text }) => `${at}: ${text.trim()}`)).toEqual([]);
});

/** A sentence that is longer says several things. A list between commas may be long; what explains is short. */
const MAX_WORDS_OF_A_SENTENCE = 60;

/** The sentences of a page: of its paragraphs, list items and cells, without code. A link and a piece of code are a word. */
function sentencesOf(page: string): readonly string[] {
  const text = page
    .replaceAll(/^```[^]*?^```/gm, '')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/`[^`]*`/g, 'X');
  return text
    .split(/\n\s*\n|\n(?=\s*(?:[-*#]|\d+\.)\s)|\||\n(?=#)/)
    .flatMap((block) => block.split(/(?<=[.!?:])\s+(?=[A-Z[*(“"])/));
}

test(`no sentence of a page has more than ${String(MAX_WORDS_OF_A_SENTENCE)} words`, () => {
  const pages = FILES.filter((file) => file.endsWith('.md'));
  expect(pages.length).toBeGreaterThan(30);
  const long = pages.flatMap((file) =>
    sentencesOf(readFileSync(path.join(CHECKOUT, file), 'utf8'))
      .filter((sentence) => sentence.split(/\s+/).length > MAX_WORDS_OF_A_SENTENCE)
      .map((sentence) => `${file}: ${sentence.slice(0, 100)}`),
  );
  expect(long).toEqual([]);
});
