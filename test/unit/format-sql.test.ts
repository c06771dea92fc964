import { expect, test } from 'vitest';
import { formatSql, tooLongLines } from '../../dev/format-sql/format-sql.ts';

test('SQL is formatted with keywords in capitals and types in small letters, and quotes and comments stay as they are', () => {
  expect(
    formatSql(`select 'select it''s' as "from", COUNT(*)::BIGINT from t -- select from\nwhere x\n`),
  ).toBe(`SELECT 'select it''s' AS "from", count(*)::bigint FROM t -- select from\nWHERE x\n`);
});

test('SQL is formatted without tabs, blanks at the end of a line and repeated empty lines', () => {
  expect(formatSql('\nSELECT 1; \n\n\n\n\tSELECT 2;\r\n\n')).toBe('SELECT 1;\n\n  SELECT 2;\n');
});

test('SQL that is formatted stays the same when it is formatted again', () => {
  const once = formatSql(`create FUNCTION f() returns int language sql as $$ select 1 $$;`);
  expect(formatSql(once)).toBe(once);
});

test('a line of more than 120 columns is named by its number', () => {
  expect(tooLongLines(`${'x'.repeat(120)}\n${'x'.repeat(121)}\n`)).toEqual([2]);
});
