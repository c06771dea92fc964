import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** SQLSTATE invalid_function_definition: CREATE OR REPLACE may not change what a function returns or names. */
const CANNOT_REPLACE = '42P13';

/** Names of every function of the schemas but the tables' own, which stand in the migrations: of triggers and of CHECKs. */
const FUNCTIONS_OF_SCHEMAS = `
  SELECT p.oid::regprocedure AS signature FROM pg_proc p
  WHERE p.pronamespace = ANY ($1::text[]::regnamespace[]) AND p.prorettype <> 'trigger'::regtype
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
                      AND d.classid = 'pg_constraint'::regclass)`;

/**
 * Applies every file of each schema's functions/ folder, in order of number, and grants.sql, in one transaction: running
 * processes see all of the old functions or all of the new ones. A function that no file defines any longer is dropped.
 */
export async function applyFunctions(client: pg.Client, schemas: readonly string[]): Promise<void> {
  const functions = (await Promise.all(schemas.map(readFunctionFiles))).flat();
  const grants = await readSql('jobs', 'grants.sql');
  try {
    await applyInTransaction(client, schemas, { functions, grants, dropFirst: false });
  } catch (error) {
    if (!(error instanceof FileRefused && error.sqlstate === CANNOT_REPLACE)) throw error;
    await applyInTransaction(client, schemas, { functions, grants, dropFirst: true });
  }
}

type SqlFile = { readonly name: string; readonly sql: string };
type Definitions = {
  readonly functions: readonly SqlFile[];
  readonly grants: SqlFile;
  readonly dropFirst: boolean;
};

/** PostgreSQL's error for a file, with the file's name. */
class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly sqlstate: string | undefined;

  constructor(file: string, cause: pg.DatabaseError) {
    super(`${file}: ${cause.message}`, { cause });
    this.sqlstate = cause.code;
  }
}

async function applyInTransaction(
  client: pg.Client,
  schemas: readonly string[],
  { functions, grants, dropFirst }: Definitions,
): Promise<void> {
  await client.query('BEGIN');
  try {
    if (dropFirst) await dropFunctions(client, FUNCTIONS_OF_SCHEMAS, schemas);
    for (const file of functions) await applyFile(client, file);
    // A function that was created or replaced here was written by this transaction.
    await dropFunctions(client, `${FUNCTIONS_OF_SCHEMAS} AND p.xmin <> pg_current_xact_id()::xid`, schemas);
    await applyFile(client, grants);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function applyFile(client: pg.Client, { name, sql }: SqlFile): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw error instanceof pg.DatabaseError ? new FileRefused(name, error) : error;
  }
}

async function dropFunctions(client: pg.Client, query: string, schemas: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ signature: string }>(query, [schemas]);
  // A regprocedure, quoted by PostgreSQL.
  for (const { signature } of rows) await client.query(`DROP FUNCTION ${signature}`);
}

async function readFunctionFiles(schema: string): Promise<SqlFile[]> {
  const names = await readdir(pathOf(schema, 'functions'), { recursive: true });
  const files = names.filter((name) => name.endsWith('.sql')).sort(byNumber);
  return Promise.all(files.map((name) => readSql(schema, `functions/${name}`)));
}

/** A file's number gives its order, in whichever folder it is. */
function byNumber(one: string, other: string): number {
  return path.basename(one) < path.basename(other) ? -1 : 1;
}

async function readSql(schema: string, name: string): Promise<SqlFile> {
  return { name: `${schema}/${name}`, sql: await readFile(pathOf(schema, name), 'utf8') };
}

function pathOf(schema: string, name: string): string {
  return fileURLToPath(new URL(`../${schema}/${name}`, import.meta.url));
}
