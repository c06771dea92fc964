import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as TemporalClient from '@temporalio/client';
import type * as HoldfastClient from '../../../client/temporal-client.ts';
import type * as StartStack from '../../../dev/stack/start-stack.ts';
import { clientFileOf } from './checkout-client.ts';
import { runInFlight } from './run-in-flight.ts';

/**
 * A process of its own for one checkout: `checkout-process.ts <checkout> <home>`. Starts that checkout's stack by that checkout's code,
 * then runs so many jobs as each message says, through that checkout's client, and replies with jobs per second.
 *
 * What it uses of a checkout, older ones too: `startStack`, `createHoldfastClient`, and POST /v1/accounts.
 */

export type RunJobs = { readonly count: number; readonly inFlight: number };
export type CheckoutReply = { readonly jobsPerSecond: number } | { readonly isReady: true };

/** A sign-up grant (1,000 credits) pays for 28 static ads. */
const JOBS_PER_ACCOUNT = 25;

const [checkout = '', home = ''] = process.argv.slice(2);
const load = async (file: string): Promise<unknown> => import(pathToFileURL(path.join(checkout, file)).href);
const { startStack } = (await load('dev/stack/start-stack.ts')) as typeof StartStack;
const { createHoldfastClient } = (await load(clientFileOf(checkout))) as typeof HoldfastClient;
const { Client, Connection } = createRequire(path.join(checkout, 'package.json'))(
  '@temporalio/client',
) as typeof TemporalClient;

const stack = await startStack({ home, ports: 'free', modelMode: 'instant' });
const info = stack.info();
const connection = await Connection.connect({ address: info.temporal_address });
const holdfast = createHoldfastClient({ client: new Client({ connection }), taskQueue: 'holdfast' });

process.on('message', ({ count, inFlight }: RunJobs) => {
  void runJobs(count, inFlight).then((jobsPerSecond) => {
    reply({ jobsPerSecond });
  });
});
process.once('disconnect', () => {
  void connection
    .close()
    .then(stack.stop)
    .then(() => process.exit(0));
});
reply({ isReady: true });

function reply(message: CheckoutReply): void {
  process.send?.(message);
}

async function runJobs(count: number, inFlight: number): Promise<number> {
  const accountIds: string[] = [];
  for (let jobs = 0; jobs < count; jobs += JOBS_PER_ACCOUNT) accountIds.push(await openAccount());
  return runInFlight(count, inFlight, async (number) => {
    const accountId = accountIds[number % accountIds.length] ?? '';
    const job = { accountId, idempotencyKey: randomUUID() };
    await holdfast.start({ ...job, request: { kind: 'static_ad', brief: { headline: job.idempotencyKey } } });
    const { outcome } = await holdfast.wait(job);
    if (outcome !== 'succeeded') throw new Error(`a job of the benchmark ended as ${outcome}`);
  });
}

async function openAccount(): Promise<string> {
  const response = await fetch(`${info.api_url}/v1/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${info.platform_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Benchmark', reference: randomUUID() }),
  });
  if (response.status !== 201) throw new Error(`opening an account returned ${String(response.status)}`);
  return ((await response.json()) as { readonly id: string }).id;
}
