import type { PortalFixture } from '../console/portal-fixture.ts';

const DAY_MS = 86_400_000;

export type FilledPictures = Awaited<ReturnType<typeof fillPictures>>;

/**
 * An account as one looks after a while: grants of each source, work that went well, work that did not, and what support is asked about it;
 * and one that has nothing yet.
 */
export async function fillPictures(portal: PortalFixture) {
  const account = await portal.openAccount('Tidewell Bakery');
  const empty = await portal.openAccount('Nothing Yet');
  await grant(portal, account);
  const ad = (headline: string, more: object = {}) =>
    portal.submit(account, {
      kind: 'static_ad',
      brief: {
        headline,
        body: 'From our oven to your door by seven.',
        call_to_action: 'Order now',
        brand_color: '#b8860b',
      },
      ...more,
    });
  const failed = await ad('Your morning, already warm', { test_scenario: 'fails_after_start' });
  const several = await ad('A loaf for every table', { variations: 3 });
  const reported = await ad('Two rolls, one smile');
  const long = await portal.submit(account, {
    kind: 'static_ad',
    brief: {
      headline:
        'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen für die ganze Familie, jeden Morgen frisch',
      body: 'Ein sehr langer Text, der erzählt, was alles in einem Brot steckt. '.repeat(10).trim(),
    },
  });
  const delivered = await ad('Fresh bread, every morning');
  await Promise.all([failed, several, reported, long, delivered].map((id) => portal.untilEnded(account, id)));
  const reviewId = await report(portal, account, reported, 'The second roll is cut off at the edge.');
  await decide(portal, await report(portal, account, several, 'The logo is on the wrong side.'));
  await ad('Croissants on Sundays', { test_scenario: 'unknown_outcome_lost' });
  const running = await ad('Rolls at seven', { test_scenario: 'never_finishes' });
  const hook = { url: 'https://hooks.tidewell.example/holdfast', events: ['job.succeeded', 'job.failed'] };
  await portal.call('POST', '/v1/webhook_endpoints', hook, account);
  await portal.call(
    'POST',
    '/v1/keys',
    { name: 'Shop backend', scopes: ['jobs:read', 'jobs:write'] },
    account,
  );
  return { account, empty, failed, several, reported, long, delivered, reviewId, running };
}

async function grant(portal: PortalFixture, account: string): Promise<void> {
  await portal.call('POST', `/v1/accounts/${account}/grants`, {
    source: 'top_up',
    pack: 'medium',
    reference: 'pi_7',
  });
  await portal.call('PUT', `/v1/accounts/${account}/plan`, {
    plan: 'starter',
    reference: 'invoice-7',
    period_start: new Date(Date.now() - 6 * DAY_MS).toISOString(),
  });
}

async function report(portal: PortalFixture, account: string, jobId: string, note: string): Promise<string> {
  const { outputs } = await portal.untilEnded(account, jobId);
  const path = `/v1/outputs/${String(outputs[0].id)}/reports`;
  const { body } = await portal.call('POST', path, { category: 'wrong_product', note }, account);
  return body['id'] as string;
}

async function decide(portal: PortalFixture, reviewId: string): Promise<void> {
  const decision = { decision: 'refund', reason: 'The logo is mirrored. Your credits are back.' };
  await portal.call('POST', `/v1/reviews/${reviewId}/decision`, decision);
}
