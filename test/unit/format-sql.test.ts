import { expect, test } from 'vitest';
import { formatSql, tooLongLines } from '../../dev/format-sql/format-sql.ts';

test('keywords are in capitals and types are not, and what is quoted or said in a comment stays as it is', () => {
  expect(
    formatSql(`select 'select it''s' as "from", COUNT(*)::BIGINT from t -- select from\nwhere x\n`),
  ).toBe(`SELECT 'select it''s' AS "from", count(*)::bigint FROM t -- select from\nWHERE x\n`);
});

test('tabs, blanks at the end of lines, and more than one empty line go', () => {
  expect(formatSql('\nSELECT 1; \n\n\n\n\tSELECT 2;\r\n\n')).toBe('SELECT 1;\n\n  SELECT 2;\n');
});

test('formatting what is formatted changes nothing', () => {
  const once = formatSql(`create FUNCTION f() returns int language sql as $$ select 1 $$;`);
  expect(formatSql(once)).toBe(once);
});

test('lines of more than 120 columns are named', () => {
  expect(tooLongLines(`${'x'.repeat(120)}\n${'x'.repeat(121)}\n`)).toEqual([2]);
});
