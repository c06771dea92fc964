/** A backend whose Temporal packages are not those that Holdfast's client finds. Prints what it is told. */
import { Client, Connection } from '@temporalio/client';
import { createHoldfastClient } from 'holdfast-temporal-client';

const { address, taskQueue, accountId } = JSON.parse(process.argv[2]);
const connection = await Connection.connect({ address });
try {
  const holdfast = createHoldfastClient({ client: new Client({ connection }), taskQueue });
  const request = { kind: 'static_ad', brief: { headline: 'A kettle' } };
  console.log(JSON.stringify(await holdfast.start({ accountId, idempotencyKey: 'foreign', request })));
} catch (error) {
  console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));
}
process.exit(0);
