/** The width of a line, longer than prettier's printWidth: a statement of SQL names every column. */
export const MAX_COLUMNS = 120;

/** Keywords wherever they stand in our SQL: none of them is a column, an alias or a variable. */
const UPPER_CASE = new Set(
  `alter and array as begin between by case check conflict constraint create cross declare default delete desc distinct do
   domain drop else elsif end enum except exists exit for foreach from function generated grant group having if immutable in
   index insert into is join language lateral like limit loop not null offset on or order over partition perform primary raise
   replace return returning returns revoke rows schema select set setof stable table then union unique update using values
   view volatile when where while with`.split(/\s+/),
);

/** Types and functions, as PostgreSQL prints them. */
const LOWER_CASE = new Set(
  'bigint boolean coalesce count greatest int interval jsonb least max min numeric sum text timestamptz'.split(
    ' ',
  ),
);

/** A comment, a string and an identifier in quotes are left as they are; then a word, or anything else. */
const TOKEN = /--[^\n]*|'(?:[^']|'')*'|"[^"]*"|[A-Za-z_][A-Za-z0-9_]*|[^]/g;

/**
 * Formats SQL as far as that can be done without a parser of PL/pgSQL: the case of keywords and types, no tab, no blank at a
 * line's end, no two empty lines in a row, one line end at the end. Where lines break is the writer's (`tooLongLines`).
 */
export function formatSql(sql: string): string {
  const cased = sql.replace(TOKEN, inItsCase);
  return `${cased
    .replaceAll('\t', '  ')
    .replace(/[ \r]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** Numbers of the lines that are longer than MAX_COLUMNS. */
export function tooLongLines(sql: string): readonly number[] {
  return sql.split('\n').flatMap((line, index) => (line.length > MAX_COLUMNS ? [index + 1] : []));
}

function inItsCase(token: string): string {
  const lower = token.toLowerCase();
  if (LOWER_CASE.has(lower)) return lower;
  return UPPER_CASE.has(lower) ? lower.toUpperCase() : token;
}
