import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sqlFiles } from '../../dev/format-sql/sql-files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The statements of a file, without comments. */
function statementsOf(sql: string): readonly string[] {
  return sql.replaceAll(/--[^\n]*/g, '').split(/;|\$\$/);
}

/** What stands before each parenthesis around a place, the innermost first, with what begins in it. */
function openedBy(statement: string, place: number): readonly (readonly [before: string, inside: string])[] {
  const opened: (readonly [string, string])[] = [];
  let depth = 0;
  for (let at = place; at >= 0; at--) {
    if (statement[at] === ')') depth += 1;
    if (statement[at] !== '(') continue;
    if (depth === 0) opened.push([statement.slice(0, at).trimEnd(), statement.slice(at + 1).trimStart()]);
    else depth -= 1;
  }
  return opened;
}

/**
 * Subqueries with a limit that a changing statement joins. PostgreSQL may run such a subquery again for each row of the
 * join: one that skips locked rows then takes further ones, and the statement changes more rows than its limit. A
 * materialized CTE runs once. A scalar subquery is no join, and a limit outside all parentheses ends the statement itself.
 */
function limitsThatMayRunAgain(statement: string): readonly string[] {
  if (!/\b(?:UPDATE|DELETE FROM|INSERT INTO)\s+[a-z]+\./.test(statement)) return [];
  return [...statement.matchAll(/\bLIMIT\b/g)].flatMap(({ index }) => {
    const around = openedBy(statement, index);
    if (around.some(([before]) => before.endsWith('AS MATERIALIZED'))) return [];
    // Parentheses around the arms of a UNION are of the same subquery. A CTE that changes rows runs once.
    const [before, inside] = around.find(([text]) => !/(?:\(|\bUNION(?: ALL)?)$/.test(text)) ?? ['', ''];
    return /(?:\b(?:FROM|USING|JOIN|LATERAL|IN|AS)|,)$/.test(before) && !inside.startsWith('INSERT')
      ? [statement.trim().slice(0, 200)]
      : [];
  });
}

test('a function that claims or removes at most so many rows chooses them once, in a materialized CTE', async () => {
  const sql = (await sqlFiles(ROOT)).map((name) => readFileSync(path.join(ROOT, name), 'utf8'));
  expect(sql.flatMap(statementsOf).flatMap(limitsThatMayRunAgain)).toEqual([]);
  expect(sql.join('').split('SKIP LOCKED').length).toBeGreaterThan(4);
});

test.each([
  'UPDATE jobs.a a SET x = 1 FROM (SELECT d.id FROM jobs.a d LIMIT 5 FOR UPDATE SKIP LOCKED) due WHERE a.id = due.id',
  'DELETE FROM jobs.a a USING ((SELECT d.id FROM jobs.a d LIMIT 5) UNION (SELECT 1)) old WHERE a.id = old.id',
  'UPDATE jobs.a a SET x = 1 WHERE a.id IN (SELECT d.id FROM jobs.a d LIMIT 5 FOR UPDATE SKIP LOCKED)',
  'WITH due AS (SELECT d.id FROM jobs.a d LIMIT 5) UPDATE jobs.a a SET x = 1 FROM due WHERE a.id = due.id',
])('is refused: %s', (statement) => {
  expect(limitsThatMayRunAgain(statement)).toHaveLength(1);
});
