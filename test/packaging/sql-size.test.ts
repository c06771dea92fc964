import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { formatSql, tooLongLines } from '../../dev/format-sql/format-sql.ts';
import { sqlFiles } from '../../dev/format-sql/sql-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The SQL of credits and jobs. An heir reads all of it: what makes it longer must make something else shorter. */
const MAX_LINES = 3_500;
/** The same with what moved into the folder of a concept later, so that to move SQL is not to shorten it. */
const MAX_LINES_WITH_MOVED = 3_600;
const MOVED: readonly string[] = [
  ...['jobs.attempt_costs', 'jobs.read_costs', 'jobs.list_unknown_bills', 'jobs.import_bill'],
  ...['jobs.api_keys', 'jobs.read_api_key', 'jobs.create_api_key'],
];
/**
 * The concepts beside them, each with the most lines it may have: `webhooks` is `jobs/functions/webhooks/` and
 * `jobs/migrations/NNNN_webhooks.sql`, or the same under `ledger/`. One line each, by name.
 */
const CONCEPTS: Readonly<Record<string, number>> = {
  access: 300,
  clock: 105,
  console_sessions: 65,
  previews: 155,
  actions: 60,
  search: 70,
  attention: 100,
  costs: 120,
  events: 200,
  webhooks: 360,
  request_rates: 65,
  turns: 130,
  answers: 45,
  metrics: 45,
  pages: 75,
  report: 140,
  references: 25,
};
/** A screen. A function that is longer holds two things. */
const MAX_LINES_PER_FUNCTION = 60;
/** The way of a credit from reserve to settlement, and the most lines that these functions do it in: two screens. */
const JOURNEY = ['ledger.reserve', 'ledger.draw', 'ledger.settle', 'ledger.post'];
const MAX_LINES_OF_JOURNEY = 120;
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

/** Returns the concept of a file; undefined: it is of the SQL of credits and jobs. */
function conceptOf(name: string): string | undefined {
  return Object.keys(CONCEPTS).find((concept) =>
    new RegExp(`^(?:ledger|jobs)/(?:functions/${concept}/|migrations/\\d{4}_${concept}\\.sql$)`).test(name),
  );
}

function linesOf(concept: string | undefined): number {
  return files
    .filter(({ name }) => conceptOf(name) === concept)
    .reduce((sum, { sql }) => sum + sql.split('\n').length - 1, 0);
}

/** How many lines the definitions of these functions and tables are, with the comments above them. */
function linesOfDefinitions(names: readonly string[]): number {
  const definition =
    /(?:^--[^\n]*\n)*^CREATE (?:OR REPLACE )?(?:FUNCTION|TABLE) ([a-z_.]+)[^]*?(?:\$\$[^]*?\$\$|\n\));\n/gm;
  const lines = new Map(
    files
      .flatMap(({ sql }) => [...sql.matchAll(definition)])
      .map(([text, name = '']) => [name, text.split('\n').length - 1] as const),
  );
  return names.reduce((sum, name) => sum + (lines.get(name) ?? Number.NaN), 0);
}

test('the SQL of credits and jobs is at most 3,500 lines, 3,600 with what moved into folders of concepts', () => {
  expect(linesOf(undefined)).toBeGreaterThan(1_000);
  expect(linesOf(undefined)).toBeLessThanOrEqual(MAX_LINES);
  expect(linesOfDefinitions(MOVED)).toBeGreaterThan(100);
  expect(linesOf(undefined) + linesOfDefinitions(MOVED)).toBeLessThanOrEqual(MAX_LINES_WITH_MOVED);
});

test('a concept has files, and no more lines than its own bound', () => {
  const lines = Object.keys(CONCEPTS).map((concept) => [concept, linesOf(concept)] as const);
  expect(lines.filter(([concept, count]) => count === 0 || count > (CONCEPTS[concept] ?? 0))).toEqual([]);
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

test('the journey of a credit is four functions of two screens', () => {
  const bodies = new Map(
    files.flatMap(({ sql }) =>
      [
        ...sql.matchAll(/^CREATE OR REPLACE FUNCTION ([a-z_.]+)[^$]*\$\$[^$]*?^BEGIN\n([^$]*)^END \$\$/gm),
      ].map(([, name = '', body = '']) => [name, body.split('\n').length - 1] as const),
    ),
  );
  const lines = JOURNEY.map((name) => bodies.get(name) ?? Number.NaN);
  expect(lines.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(MAX_LINES_OF_JOURNEY);
});
