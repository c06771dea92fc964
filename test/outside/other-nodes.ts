import path from 'node:path';

/** The Node programs that run the client's examples: this one, or those that `npm run client:check` has fetched. */
export const NODES: readonly string[] = (process.env['HOLDFAST_CLIENT_NODES'] ?? process.execPath).split(
  path.delimiter,
);
