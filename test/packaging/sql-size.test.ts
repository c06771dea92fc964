import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { formatSql, tooLongLines } from '../../dev/format-sql/format-sql.ts';
import { sqlFiles } from '../../dev/format-sql/sql-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** An heir reads all of it. What makes it longer must make something else shorter. */
const MAX_LINES = 3_600;
/** What came after that bound was set, by concept: circuit breakers, and the line at a provider with limits. */
const MAX_LINES_ADDED = 140;
/** A screen. A function that is longer holds two things. */
const MAX_LINES_PER_FUNCTION = 60;
/** Lists of queries, each of which stands alone. */
const LISTS = ['ledger.reconcile', 'jobs.reconcile'];

let files: readonly { readonly name: string; readonly sql: string }[];
beforeAll(async () => {
  files = await Promise.all(
    (await sqlFiles(ROOT)).map(async (name) => ({
      name,
      sql: await readFile(path.join(ROOT, name), 'utf8'),
    })),
  );
});

/** Each function with its number of lines, from its first to the end of its body. */
function functionsOf(sql: string): readonly { readonly name: string; readonly lines: number }[] {
  const definitions = sql.matchAll(/^CREATE (?:OR REPLACE )?FUNCTION ([a-z_.]+)[^]*?\$\$[^]*?\$\$/gm);
  return [...definitions].map(([text, name = '']) => ({ name, lines: text.split('\n').length }));
}

test('the SQL is at most 3,600 lines, and what limits and breakers take', () => {
  const lines = files.reduce((sum, { sql }) => sum + sql.split('\n').length - 1, 0);
  expect(lines).toBeGreaterThan(1_000);
  expect(lines).toBeLessThanOrEqual(MAX_LINES + MAX_LINES_ADDED);
});

test('no line of it is longer than 120 columns, and all of it is formatted', () => {
  expect(
    files.flatMap(({ name, sql }) => tooLongLines(sql).map((line) => `${name}:${String(line)}`)),
  ).toEqual([]);
  expect(files.filter(({ sql }) => formatSql(sql) !== sql).map(({ name }) => name)).toEqual([]);
});

test('no function fills more than a screen', () => {
  const functions = files.flatMap(({ sql }) => functionsOf(sql));
  expect(functions.length).toBeGreaterThan(100);
  const long = functions.filter(({ name, lines }) => lines > MAX_LINES_PER_FUNCTION && !LISTS.includes(name));
  expect(long).toEqual([]);
});
