import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** SQLSTATE invalid_function_definition: CREATE OR REPLACE may not change what a function returns or names. */
const CANNOT_REPLACE = '42P13';

/** Names of every function of the schemas but the tables' own trigger functions, which stand in the migrations. */
const FUNCTIONS_OF_SCHEMAS = `
  SELECT p.oid::regprocedure AS signature FROM pg_proc p
  WHERE p.pronamespace = ANY ($1::text[]::regnamespace[]) AND p.prorettype <> 'trigger'::regtype`;

/**
 * Applies every file of each schema's functions/ folder, in order of name, and its grants.sql, in one transaction: running
 * processes see all of the old functions or all of the new ones. A function that no file defines any longer is dropped.
 */
export async function applyFunctions(client: pg.Client, schemas: readonly string[]): Promise<void> {
  const functions = (await Promise.all(schemas.map(readFunctionFiles))).flat().join('\n');
  const grants = (await Promise.all(schemas.map((schema) => readSql(schema, 'grants.sql')))).join('\n');
  try {
    await applyInTransaction(client, schemas, { functions, grants, dropFirst: false });
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === CANNOT_REPLACE)) throw error;
    await applyInTransaction(client, schemas, { functions, grants, dropFirst: true });
  }
}

type Definitions = { readonly functions: string; readonly grants: string; readonly dropFirst: boolean };

async function applyInTransaction(
  client: pg.Client,
  schemas: readonly string[],
  { functions, grants, dropFirst }: Definitions,
): Promise<void> {
  await client.query('BEGIN');
  try {
    if (dropFirst) await dropFunctions(client, FUNCTIONS_OF_SCHEMAS, schemas);
    await client.query(functions);
    // A function that was created or replaced here was written by this transaction.
    await dropFunctions(client, `${FUNCTIONS_OF_SCHEMAS} AND p.xmin <> pg_current_xact_id()::xid`, schemas);
    await client.query(grants);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function dropFunctions(client: pg.Client, query: string, schemas: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ signature: string }>(query, [schemas]);
  // Written by PostgreSQL as regprocedure, quoted where it must be.
  for (const { signature } of rows) await client.query(`DROP FUNCTION ${signature}`);
}

async function readFunctionFiles(schema: string): Promise<string[]> {
  const names = await readdir(pathOf(schema, 'functions'));
  const files = names.filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(files.map((name) => readSql(schema, `functions/${name}`)));
}

function readSql(schema: string, name: string): Promise<string> {
  return readFile(pathOf(schema, name), 'utf8');
}

function pathOf(schema: string, name: string): string {
  return fileURLToPath(new URL(`../${schema}/${name}`, import.meta.url));
}
