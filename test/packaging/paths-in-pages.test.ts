import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT, WRITTEN_FILES as FILES } from './checkout-files.ts';

const NAMES = new Set(FILES.map((file) => path.basename(file)));
const PATHS = new Set(FILES.flatMap((file) => [file, ...partsOf(file)]));

/** The ends of a path that begin at a folder: a page of a folder names its files from there. */
function partsOf(file: string): readonly string[] {
  const parts = file.split('/');
  return parts.map((_, index) => parts.slice(index).join('/'));
}

/** A file as a page or a comment names it. */
const NAMED = /(?<![\w./@<{-])((?:[\w.-]+\/)*[a-z][\w.-]*\.(?:ts|sql|mjs|cjs))(?![\w-])/g;

/** A folder as a page names it. */
const FOLDER = /`((?:[a-z][\w-]*\/)+)`/g;
const FOLDERS = new Set(
  FILES.flatMap((file) => partsOf(path.posix.dirname(file))).flatMap((folder) => {
    const parts = folder.split('/');
    return parts.map((_, index) => `${parts.slice(0, index + 1).join('/')}/`);
  }),
);

/** Made by a build, a stack, a sweep, or the recorder of histories. */
const MADE_FOLDERS = new Set(['dist/', 'out/', 'temporal/', 'logs/', 'leaving/', 'test/replay/histories/']);

const isPage = (file: string) => file.endsWith('.md') && file !== 'CHANGELOG.md';
const isCode = (file: string) => /\.(ts|js|mjs|cjs|sql)$/.test(file) && !file.startsWith('docs/');
const isComment = (line: string) => /^\s*(\/\*\*|\*|\/\/|--) /.test(line);

test('every file that a page or a comment names is there', () => {
  const missing = FILES.filter((file) => isPage(file) || isCode(file)).flatMap((file) =>
    readFileSync(path.join(CHECKOUT, file), 'utf8')
      .split('\n')
      .filter((line) => isPage(file) || isComment(line))
      .flatMap((line) => [...line.matchAll(NAMED)].map(([, named = '']) => named.replace(/^(\.\.?\/)+/, '')))
      .filter((named) => !(named.includes('/') ? PATHS.has(named) : NAMES.has(named)))
      .map((named) => `${file}: ${named}`),
  );
  expect([...new Set(missing)]).toEqual([]);
});

test('every folder that a page names is there', () => {
  const missing = FILES.filter(isPage).flatMap((file) =>
    [...readFileSync(path.join(CHECKOUT, file), 'utf8').matchAll(FOLDER)]
      .map(([, named = '']) => named)
      .filter((named) => !FOLDERS.has(named) && !MADE_FOLDERS.has(named))
      .map((named) => `${file}: ${named}`),
  );
  expect([...new Set(missing)]).toEqual([]);
});

test('a file that the README of a folder names without a path lies in that folder, in test/ or at the top', () => {
  const elsewhere = FILES.filter((file) => /^[\w-]+\/README\.md$/.test(file)).flatMap((file) => {
    const folder = path.posix.dirname(file);
    const here = new Set(
      FILES.filter((each) => !each.includes('/') || [folder, 'test'].includes(each.split('/')[0] ?? '')).map(
        (each) => path.basename(each),
      ),
    );
    return [...readFileSync(path.join(CHECKOUT, file), 'utf8').matchAll(NAMED)]
      .map(([, named = '']) => named)
      .filter((named) => !named.includes('/') && !here.has(named))
      .map((named) => `${file}: ${named}`);
  });
  expect([...new Set(elsewhere)]).toEqual([]);
});

/** A table, type or function of a schema, as SQL, a page or a comment names it. */
const IN_SCHEMA = /(?<![\w./-])(?:ledger|jobs)\.[a-z][a-z_]*\b(?![.\w/-])/g;

test('every table, type and function of SQL that a page names is there', () => {
  const schema = new Set(readFileSync(path.join(CHECKOUT, 'docs/schema.sql'), 'utf8').match(IN_SCHEMA));
  expect(schema.size).toBeGreaterThan(200);
  const missing = FILES.filter(isPage).flatMap((file) =>
    [...readFileSync(path.join(CHECKOUT, file), 'utf8').matchAll(IN_SCHEMA)]
      .map(([named]) => named)
      .filter((named) => !schema.has(named))
      .map((named) => `${file}: ${named}`),
  );
  expect([...new Set(missing)]).toEqual([]);
});

/** A function, a setting or a field, as a page names it in our code's style: `settleLocally`, `PROVIDER_LIMITS`. */
const IN_CODE = /`([a-z]+[A-Z]\w*|[A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:\(\))?`/g;

/** Names of the browser's and of other programs. */
const NOT_OURS_BY_NAME = new Set(['dangerouslySetInnerHTML', 'scarfSettings']);

test('every function and setting that a page names is there', () => {
  const words = new Set(
    FILES.filter((file) => isCode(file) || /\.(tsx|yml)$/.test(file)).flatMap((file) =>
      readFileSync(path.join(CHECKOUT, file), 'utf8').match(/[A-Za-z_]\w*/g),
    ),
  );
  const missing = FILES.filter(isPage).flatMap((file) =>
    [...readFileSync(path.join(CHECKOUT, file), 'utf8').matchAll(IN_CODE)]
      .map(([, named = '']) => named)
      .filter((named) => !words.has(named) && !NOT_OURS_BY_NAME.has(named))
      .map((named) => `${file}: ${named}`),
  );
  expect(missing).toEqual([]);
});

/** A file that a page names without its ending: `group-commit`. */
const WITHOUT_ENDING = /`([a-z][a-z0-9]*(?:-[a-z0-9]+)+)`/g;

test('every file that a page names without its ending is there, unless it is a word of the code', () => {
  const files = new Set([...NAMES].map((name) => name.split('.')[0] ?? ''));
  const code = FILES.filter((file) => isCode(file) || /\.(tsx|css|yml|json)$/.test(file))
    .map((file) => readFileSync(path.join(CHECKOUT, file), 'utf8'))
    .join('\n');
  const missing = FILES.filter(isPage).flatMap((file) =>
    [...readFileSync(path.join(CHECKOUT, file), 'utf8').matchAll(WITHOUT_ENDING)]
      .map(([, named = '']) => named)
      .filter((named) => !files.has(named) && !code.includes(named))
      .map((named) => `${file}: ${named}`),
  );
  expect(missing).toEqual([]);
});
