import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startBenchServer } from '../bench/ledger/bench-server.ts';
import { describeSchema } from './describe-schema.ts';

/** `npm run schema`: writes docs/schema.sql from a database that was just migrated. */
async function main(): Promise<void> {
  const server = await startBenchServer();
  try {
    const client = new pg.Client({ connectionString: await server.createDatabase() });
    await client.connect();
    await writeFile(
      fileURLToPath(new URL('../../docs/schema.sql', import.meta.url)),
      await describeSchema(client),
    );
    await client.end();
  } finally {
    await server.stop();
  }
}

await main();
