/**
 * A backend with a connection to Holdfast's Temporal: starts a job, waits for its end, and is refused one.
 *
 *   npm install ./holdfast-temporal-client-0.1.0.tgz @temporalio/client @temporalio/common
 *   TEMPORAL_ADDRESS=127.0.0.1:7233 HOLDFAST_ACCOUNT=acct_… node examples/temporal/over-temporal.mjs
 */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { createHoldfastClient } from 'holdfast-temporal-client';

const {
  TEMPORAL_ADDRESS: address,
  TEMPORAL_TASK_QUEUE: taskQueue,
  HOLDFAST_ACCOUNT: accountId,
} = process.env;
const connection = await Connection.connect({ address });
const holdfast = createHoldfastClient({ client: new Client({ connection }), taskQueue });
const request = { kind: 'static_ad', brief: { headline: 'Fresh bread, every morning' } };

// In a real backend the key is its own (an order's number): the same one again is the same job.
const started = await holdfast.start({ accountId, idempotencyKey: randomUUID(), request });
if (started.outcome !== 'reserved') throw new Error(`not started: ${started.outcome}`);
console.log(`${started.jobId}: ${started.credits} credits reserved`);

const result = await started.handle.result();
console.log(`${result.outcome}: ${result.credits} credits`);
for (const output of result.outputs) {
  console.log(output.id, output.content_type, `${output.bytes} bytes`, output.content_url);
}

// What does not go is a value too, and nothing was reserved.
const tooDear = await holdfast.start({
  accountId,
  idempotencyKey: randomUUID(),
  request: { ...request, max_credits: 1 },
});
if (tooDear.outcome === 'refused') console.log(`refused: ${tooDear.refusal.code}`);
await connection.close();
