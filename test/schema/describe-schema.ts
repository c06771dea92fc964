import type pg from 'pg';

/** One query per kind of thing, each line of SQL or of a comment, in an order that no machine changes. */
const PARTS: readonly (readonly [heading: string, query: string])[] = [
  [
    'Types',
    `SELECT format('CREATE TYPE %s AS ENUM (%s);', t.oid::regtype,
              (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)) AS line
     FROM pg_type t WHERE t.typtype = 'e' AND t.typnamespace = ANY ($1::text[]::regnamespace[])
     UNION ALL
     SELECT format('CREATE DOMAIN %s AS %s %s%s;', t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
              CASE WHEN t.typnotnull THEN 'NOT NULL ' ELSE '' END,
              (SELECT string_agg(pg_get_constraintdef(c.oid), ' ' ORDER BY c.conname) FROM pg_constraint c
               WHERE c.contypid = t.oid AND c.contype = 'c'))
     FROM pg_type t WHERE t.typtype = 'd' AND t.typnamespace = ANY ($1::text[]::regnamespace[])
     UNION ALL
     SELECT format(E'CREATE TYPE %s AS (\\n  %s\\n);', c.oid::regclass,
              (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), E',\\n  ' ORDER BY a.attnum)
               FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
     FROM pg_class c WHERE c.relkind = 'c' AND c.relnamespace = ANY ($1::text[]::regnamespace[])
     ORDER BY 1`,
  ],
  [
    'Tables',
    `SELECT format(E'CREATE TABLE %s (\\n  %s\\n);', c.oid::regclass, (
       SELECT string_agg(d.line, E',\\n  ' ORDER BY d.kind, d.place, d.line) FROM (
         SELECT 1 AS kind, a.attnum AS place, format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
                CASE WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                     WHEN a.attgenerated = 's' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(f.adbin, f.adrelid) || ') STORED'
                     WHEN f.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(f.adbin, f.adrelid) ELSE '' END) AS line
         FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         UNION ALL
         SELECT 2, 0, pg_get_constraintdef(k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f')
       ) d)) AS line
     FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = ANY ($1::text[]::regnamespace[]) AND c.relname <> 'migrations'
     ORDER BY c.relnamespace::regnamespace::text DESC, c.relname`,
  ],
  [
    'Views',
    `SELECT format(E'CREATE VIEW %s AS\\n%s', c.oid::regclass, pg_get_viewdef(c.oid, true)) AS line
     FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = ANY ($1::text[]::regnamespace[]) ORDER BY 1`,
  ],
  [
    'Indexes',
    `SELECT pg_get_indexdef(i.indexrelid) || ';' AS line FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = ANY ($1::text[]::regnamespace[]) AND c.relname <> 'migrations'
       AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1`,
  ],
  [
    'Triggers',
    `SELECT pg_get_triggerdef(t.oid, true) || ';' AS line FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND c.relnamespace = ANY ($1::text[]::regnamespace[]) ORDER BY 1`,
  ],
  [
    'Functions, and the roles that may execute them',
    `SELECT format('%s → %s%s', p.oid::regprocedure, pg_get_function_result(p.oid), coalesce((
              SELECT '  -- ' || string_agg(r.rolname, ', ' ORDER BY r.rolname) FROM pg_roles r
              WHERE r.rolname IN ('holdfast_api', 'holdfast_worker') AND has_function_privilege(r.oid, p.oid, 'EXECUTE')), '')) AS line
     FROM pg_proc p WHERE p.pronamespace = ANY ($1::text[]::regnamespace[])
     ORDER BY p.pronamespace::regnamespace::text DESC, p.proname, 1`,
  ],
];

const HEADER = `-- What a migrated database holds, for reading: written by \`npm run schema\` from PostgreSQL's catalogue, and held against a migrated
-- database by test/ledger/database/schema.test.ts. What makes it stands in */migrations, */functions and jobs/grants.sql.
`;

/** Everything of ours in a migrated database, as text: types, tables, indexes, triggers, and the signature of each function. */
export async function describeSchema(client: pg.ClientBase | pg.Pool): Promise<string> {
  const parts: string[] = [HEADER];
  for (const [heading, query] of PARTS) {
    const { rows } = await client.query<{ line: string }>(query, [['ledger', 'jobs']]);
    const lines = rows.map((row) => row.line);
    const isSignature = heading.startsWith('Functions');
    const text = isSignature ? lines.map((line) => `-- ${line}`).join('\n') : lines.join('\n\n');
    parts.push(`-- ${heading}\n\n${text.split('\n').flatMap(wrap).join('\n')}\n`);
  }
  return parts.join('\n');
}

const MAX_COLUMNS = 120;

/** A line in lines that fit, broken at blanks; a comment stays one. */
function wrap(line: string): string[] {
  if (line.length <= MAX_COLUMNS) return [line];
  const breakAt = line.lastIndexOf(' ', MAX_COLUMNS);
  const indent = line.startsWith('--') ? '--     ' : '      ';
  if (breakAt <= indent.length) return [line];
  return [line.slice(0, breakAt), ...wrap(indent + line.slice(breakAt + 1))];
}
