import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRunningStack, type RunningStack } from '../running-stack.ts';

/** Polls without a webhook come 0.2, 0.6, 1.4, 3, 6.2 and 12.6 s after the submission: this lies between the last two. */
const RUN_MS = 8_000;
const WELL_BEFORE_THE_POLL_MS = 11_500;
const KEY = Buffer.from('a secret of this test');

let stack: RunningStack;
let gateway: Server;
/** Whether the webhook of an attempt is passed on, by the attempt's reference. */
let passed: (reference: string) => boolean = () => true;
const seen: { readonly path: string; readonly reference: string }[] = [];

/** In front of the API, as in a deployment: the sandbox of a stack signs nothing, so that it signs here. */
beforeAll(async () => {
  gateway = createServer((request, response) => {
    void request.toArray().then(async (chunks) => {
      const body = Buffer.concat(chunks as Buffer[]);
      const { reference } = JSON.parse(body.toString()) as { readonly reference: string };
      const path = request.url ?? '';
      seen.push({ path, reference });
      if (passed(reference)) response.writeHead((await post(path, body, KEY)).status).end();
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const webhooks = {
    PROVIDER_WEBHOOK_URL: `http://127.0.0.1:${String((gateway.address() as AddressInfo).port)}`,
  };
  stack = await startRunningStack(RUN_MS, {
    workerEnv: webhooks,
    apiEnv: { ...webhooks, MODEL_SERVICE_WEBHOOK_SECRET: `whsec_${KEY.toString('base64')}` },
  });
});
afterAll(async () => {
  await stack.close();
  gateway.close();
});

function post(path: string, body: Buffer, key: Buffer): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.`).update(body).digest('base64');
  return fetch(`${stack.stack.info().api_url}${path}`, {
    method: 'POST',
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body: Uint8Array.from(body),
  });
}

async function runJob(account: string, headline: string) {
  const from = performance.now();
  const { body } = await stack.submit(account, { kind: 'static_ad', brief: { headline } });
  const { id } = body as { readonly id: string };
  const job = (await stack.untilEnded(account, id)) as { readonly state: string };
  return { id, state: job.state, tookMs: performance.now() - from };
}

const stemOf = (jobId: string) => jobId.replace('job_', 'att_');

test('a job is delivered at its webhook well before the next poll, and at a poll without one', async () => {
  const account = await stack.openAccount();
  const told = await runJob(account, 'told');
  expect(told).toMatchObject({ state: 'succeeded' });
  expect(told.tookMs).toBeLessThan(WELL_BEFORE_THE_POLL_MS);
  expect(seen.filter(({ reference }) => reference.startsWith(stemOf(told.id)))).toHaveLength(1);

  passed = () => false;
  const untold = await runJob(account, 'not told');
  expect(untold).toMatchObject({ state: 'succeeded' });
  expect(untold.tookMs).toBeGreaterThan(WELL_BEFORE_THE_POLL_MS);
  passed = () => true;

  // The address is known by now, and the job has ended: what is forged is refused, what is late changes nothing.
  const [{ path, reference } = { path: '', reference: '' }] = seen;
  const rows = () => stack.rows('SELECT * FROM jobs.attempts WHERE reference = $1', [reference]);
  const before = await rows();
  const body = Buffer.from(JSON.stringify({ reference, status: 'failed' }));
  expect((await post(path, body, Buffer.from('another secret'))).status).toBe(404);
  expect((await post(path, body, KEY)).status).toBe(204);
  expect(await rows()).toEqual(before);
  expect(await stack.reconcile()).toEqual([]);
});
