import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGenericProvider } from '../../activities/providers/generic/generic-provider.ts';
import { createVerifyStandardWebhook } from '../../api/provider-webhooks/standard-webhook.ts';
import { startService, type RunningService } from '../model-service/running-service.ts';
import { mayPost, NEVER } from './contract/contract-fixture.ts';

/** The local model service with the optional parts of the protocol: a key, and signatures. */

const API_KEY = 'key-of-this-test';
const WEBHOOK_SECRET = `whsec_${Buffer.from('secret-of-this-test').toString('base64')}`;

let service: RunningService;
beforeAll(async () => {
  service = await startService({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET });
});
afterAll(() => service.dispose());

const providerWith = (options: { readonly apiKey?: string }) =>
  createGenericProvider({ name: 'our_gpus', baseUrl: service.url, ...options });
const submissionTo = (reference: string, webhookUrl: string | null) => ({
  reference,
  model: 'render',
  input: { kind: 'static_ad', brief: { headline: 'A headline' } },
  deadlineSeconds: 60,
  webhookUrl,
});

it('the local service refuses submissions and look-ups without its key', async () => {
  const rejected = { outcome: 'rejected', errorClass: 'our_configuration', retryAfterMs: null };
  for (const options of [{}, { apiKey: 'another key' }]) {
    const provider = providerWith(options);
    expect(await provider.submit(submissionTo('att_k_0_render_1', null), mayPost, NEVER)).toEqual(rejected);
    expect(await provider.lookup('att_k_0_render_1', NEVER)).toEqual({ outcome: 'unknown' });
  }
});

it('the local service signs webhooks as the API verifies them', async () => {
  const received: { readonly body: Buffer; readonly headers: IncomingHttpHeaders }[] = [];
  const receiver = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      received.push({ body: Buffer.concat(chunks as Buffer[]), headers: request.headers });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`;
  const provider = providerWith({ apiKey: API_KEY });
  const accepted = await provider.submit(submissionTo('att_k_0_render_2', url), mayPost, NEVER);
  await expect.poll(() => received.length).toBe(1);
  const [{ body, headers } = { body: Buffer.alloc(0), headers: {} }] = received;
  const verified = createVerifyStandardWebhook(WEBHOOK_SECRET)(body, headers, Date.now());
  const { id } = JSON.parse(body.toString()) as { readonly id: string };
  expect(verified).toEqual({ event: expect.stringMatching(/^msg_/) as string, job: id });
  expect(accepted).toEqual({ outcome: 'accepted', providerJobId: id });
  const another = `whsec_${Buffer.from('another').toString('base64')}`;
  expect(createVerifyStandardWebhook(another)(body, headers, Date.now())).toBeNull();
  receiver.close();
});
