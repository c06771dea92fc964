import express from 'express';
import { readApiConfig } from '../../../runtime/settings/config.ts';
import { createDatabasePool } from '../../../runtime/database-pool.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { announceReady } from '../../../runtime/process-ready.ts';

/**
 * What a read of ours is held against: an Express route with one query and nothing else. No key, no limit, no id, no log, no shape. The
 * reads ask what ours ask; the write is the row of a quote.
 */
const config = readApiConfig();
const pool = createDatabasePool({
  config: config.database,
  applicationName: 'bare api',
  log: createLogger({ name: 'bare-api', level: config.logLevel }),
});
const app = express();

app.get('/jobs/:account/:job', async (request, response) => {
  const { rows } = await pool.query<{ job: object }>({
    name: 'read_job',
    text: 'SELECT jobs.read_job($1, $2) AS job',
    values: [request.params.account, request.params.job],
  });
  response.json(rows[0]?.job);
});
app.get('/balance/:account', async (request, response) => {
  const { rows } = await pool.query<{ balance: object }>({
    name: 'read_balance',
    text: 'SELECT ledger.read_balance($1) AS balance',
    values: [request.params.account],
  });
  response.json(rows[0]?.balance);
});
app.post('/quotes/:account', express.json(), async (request, response) => {
  const { rows } = await pool.query<{ expires_at: Date }>({
    name: 'store_quote',
    text: `SELECT expires_at FROM jobs.store_quote($1, 'quote_' || gen_random_uuid(), 'bare', $2, 900)`,
    values: [request.params.account, JSON.stringify(request.body)],
  });
  response.json(rows[0]);
});

const server = app.listen(config.port, config.host, () => {
  const address = server.address();
  announceReady(config, { port: typeof address === 'object' && address !== null ? address.port : 0 });
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
