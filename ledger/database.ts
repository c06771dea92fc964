/**
 * What the ledger needs of a database: to run a statement. A pg pool has it. Statements are named, so that PostgreSQL
 * parses each once per connection.
 */
export type Database = {
  // The rows are what the statement says they are: each caller knows its own.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  query<Row extends object>(statement: {
    readonly name: string;
    readonly text: string;
    readonly values: readonly unknown[];
  }): Promise<{ readonly rows: Row[] }>;
};
