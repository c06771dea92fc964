import { expect, test } from 'vitest';
import type { Call } from '../../../contract/call.ts';
import { CALLS } from '../../../contract/calls.ts';
import { HoldfastClient } from '../../../client/http/http-client.ts';
import { json, scriptedApi } from './scripted-api.ts';
import { CALLS_WITHOUT_CLIENT } from '../../harness/calls-without-client.ts';

type Client = HoldfastClient;
/** A call of the client, or why it has none. */
type Made = ((holdfast: Client) => unknown) | string;

const AN_ID = 'an-id';
const BODY = {} as never;
const WHY = 'because';

/** The client's method of each call: a call without one does not compile. */
const methodsFor = (ID: string): Readonly<Record<keyof typeof CALLS, Made>> => ({
  quote: (holdfast) => holdfast.quotes.create(BODY),
  submitJob: (holdfast) => holdfast.jobs.create(BODY),
  listJobs: (holdfast) => holdfast.jobs.list().page(),
  readJob: (holdfast) => holdfast.jobs.retrieve(ID),
  readJobEvents: 'a stream: test/unit/http-client/http-client.test.ts reads it',
  cancelJob: (holdfast) => holdfast.jobs.cancel(ID),
  readOutput: (holdfast) => holdfast.outputs.retrieve(ID),
  readOutputContent: (holdfast) =>
    holdfast.outputs.download({
      ...{ id: ID, item: 0, variation: 0, content_type: 'image/png', sha256: 'f00d' },
      content_url: `/v1/outputs/${ID}/content`,
    } as never),
  listReferences: (holdfast) => holdfast.outputs.references(ID),
  readReferenceContent: (holdfast) => holdfast.outputs.reference(ID, ID as never),
  linkOutput: (holdfast) => holdfast.outputs.link(ID),
  readLinkedContent: 'a link: it is opened without a key, and so without the client',
  reportOutput: (holdfast) => holdfast.outputs.report(ID, BODY),
  listReviews: (holdfast) => holdfast.reviews.list().page(),
  readReview: (holdfast) => holdfast.reviews.retrieve(ID),
  decideReview: (holdfast) => holdfast.reviews.decide(ID, BODY),
  readBalance: (holdfast) => holdfast.balance(),
  readBalanceDays: (holdfast) => holdfast.balanceByDay(),
  listEntries: (holdfast) => holdfast.entries().page(),
  readHistory: (holdfast) => holdfast.history().page(),
  readUsage: (holdfast) => holdfast.usageByDay(),
  readStatement: (holdfast) => holdfast.statement(),
  readEstimate: (holdfast) => holdfast.estimate(),
  readCatalogue: (holdfast) => holdfast.catalogue(),
  spend: (holdfast) => holdfast.usage.create(BODY),
  openAccount: (holdfast) => holdfast.accounts.open(BODY),
  readAccount: (holdfast) => holdfast.accounts.retrieve(ID),
  grantCredits: (holdfast) => holdfast.grants.create(ID, BODY),
  voidGrant: (holdfast) => holdfast.grants.void(ID, WHY),
  setPlan: (holdfast) => holdfast.accounts.setPlan(ID, BODY),
  readPlan: (holdfast) => holdfast.accounts.plan(ID),
  advanceClock: (holdfast) => holdfast.accounts.advanceClock(ID, new Date(0)),
  readClock: (holdfast) => holdfast.accounts.clock(ID),
  setPriceList: (holdfast) => holdfast.accounts.setPriceList(ID, BODY),
  freezeAccount: (holdfast) => holdfast.accounts.freeze(ID, WHY),
  unfreezeAccount: (holdfast) => holdfast.accounts.unfreeze(ID, WHY),
  refer: (holdfast) => holdfast.accounts.refer(ID, ID),
  setLimits: (holdfast) => holdfast.accounts.setLimits(ID, BODY),
  readLimits: (holdfast) => holdfast.accounts.limits(ID),
  listSpenders: (holdfast) => holdfast.accounts.spenders(ID).page(),
  listAccountActions: (holdfast) => holdfast.accounts.actions(ID).page(),
  createKey: (holdfast) => holdfast.keys.create(BODY),
  listKeys: (holdfast) => holdfast.keys.list().page(),
  revokeKey: (holdfast) => holdfast.keys.revoke(ID, WHY),
  rotateKey: (holdfast) => holdfast.keys.rotate(ID),
  createPortalSession: (holdfast) => holdfast.portalSessions.create(BODY),
  readPortalSession: (holdfast) => holdfast.portalSession(),
  revokePortalSession: (holdfast) => holdfast.portalSessions.revoke(ID),
  createConsoleSession: (holdfast) => holdfast.consoleSessions.create('Ada'),
  readConsoleSession: (holdfast) => holdfast.consoleSessions.current(),
  endConsoleSession: (holdfast) => holdfast.consoleSessions.end('token'),
  listEvents: (holdfast) => holdfast.pastEvents().next(),
  createWebhookEndpoint: (holdfast) => holdfast.webhookEndpoints.create(BODY),
  listWebhookEndpoints: (holdfast) => holdfast.webhookEndpoints.list().page(),
  readWebhookEndpoint: (holdfast) => holdfast.webhookEndpoints.retrieve(ID),
  updateWebhookEndpoint: (holdfast) => holdfast.webhookEndpoints.update(ID, BODY),
  deleteWebhookEndpoint: (holdfast) => holdfast.webhookEndpoints.delete(ID),
  rotateWebhookSecret: (holdfast) => holdfast.webhookEndpoints.rotate(ID),
  listWebhookDeliveries: (holdfast) => holdfast.webhookEndpoints.deliveries(ID).page(),
  resendWebhookDelivery: (holdfast) => holdfast.webhookEndpoints.resend(ID, ID),
  resendWebhooks: (holdfast) => holdfast.webhookEndpoints.resendSince(ID, BODY),
  releaseJob: (holdfast) => holdfast.jobs.command(ID, { command: 'release', reason: WHY }),
  refundJob: (holdfast) => holdfast.jobs.command(ID, { command: 'refund', reason: WHY }),
  extendJob: (holdfast) => holdfast.jobs.command(ID, { command: 'extend', reason: WHY, until: '' }),
  restartJob: (holdfast) => holdfast.jobs.command(ID, { command: 'restart', reason: WHY, from_attempt: 1 }),
  resolveJob: (holdfast) => holdfast.jobs.command(ID, { command: 'resolve', reason: WHY, outcome: 'ran' }),
  inspectJob: (holdfast) => holdfast.jobs.inspect(ID),
  listModels: (holdfast) => holdfast.models(),
  readAttention: (holdfast) => holdfast.attention(),
  listRepairs: (holdfast) => holdfast.repairs().page(),
  search: (holdfast) => holdfast.search('job_x'),
  readCosts: (holdfast) => holdfast.costs(),
  readLedgerReport: (holdfast) => holdfast.ledgerReport(),
  readLedgerChecks: (holdfast) => holdfast.ledgerChecks(),
  listUnknownBills: (holdfast) => holdfast.unknownBills().page(),
  ...CALLS_WITHOUT_CLIENT,
});

test('every call has a method of the client, which sends it, with an Idempotency-Key where one is needed', async () => {
  const calls: Readonly<Record<string, Call>> = CALLS;
  for (const [name, made] of Object.entries(methodsFor(AN_ID))) {
    if (typeof made === 'string') continue;
    const api = await scriptedApi(json({ data: [], next_cursor: null }));
    const holdfast = new HoldfastClient({ baseUrl: api.url, apiKey: 'hf_live_x', retry: { retries: 0 } });
    // What it makes of the response is not asked here: a download, say, has not the bytes that it should.
    await Promise.resolve(made(holdfast)).catch(() => undefined);
    const [asked] = api.arrived;
    const call = calls[name];
    const path = call?.path.replaceAll(/:\w+/g, AN_ID);
    expect([asked?.method, asked?.path.split('?')[0]], name).toEqual([call?.method.toUpperCase(), path]);
    if (call?.idempotencyKey === 'required') {
      expect(asked?.headers['idempotency-key'], name).toMatch(/^[\w-]{36}$/);
    }
    await api.close();
  }
});

test.each(['', '.', '..'])(
  'a call with the id "%s" sends nothing: its path would be that of another call',
  async (id) => {
    const api = await scriptedApi(json({ data: [], next_cursor: null }));
    const holdfast = new HoldfastClient({ baseUrl: api.url, apiKey: 'hf_live_x', retry: { retries: 0 } });
    const calls: Readonly<Record<string, Call>> = CALLS;
    // The path of its bytes is in the output itself.
    const { readOutputContent: _bytes, ...methods } = methodsFor(id);
    for (const [name, made] of Object.entries(methods)) {
      if (typeof made === 'string' || !calls[name]?.path.includes('/:')) continue;
      await expect(
        Promise.resolve().then(() => made(holdfast)),
        name,
      ).rejects.toThrow(TypeError);
    }
    expect(api.arrived).toEqual([]);
    await api.close();
  },
);

test.each(['localhost:8787', 'ftp://holdfast.test'])(
  'a call to the address %s fails at once, and says what an address is',
  async (baseUrl) => {
    const holdfast = new HoldfastClient({ baseUrl, apiKey: 'hf_live_x' });
    await expect(holdfast.balance()).rejects.toThrow(/baseUrl is an address of http/);
  },
);

test('a key that no header can hold is refused without being named; blanks around it, as of a file, are left out', async () => {
  const api = await scriptedApi(json({}));
  const clientOf = (apiKey: string) => new HoldfastClient({ baseUrl: api.url, apiKey });
  expect(() => clientOf('hf_live_x\ny')).toThrow(/^apiKey has a character that no key has$/);
  await clientOf('hf_live_x\n').balance();
  expect(api.arrived[0]?.headers.authorization).toBe('Bearer hf_live_x');
  await api.close();
});
