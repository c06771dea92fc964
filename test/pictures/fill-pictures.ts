import type { PortalFixture } from '../console/portal-fixture.ts';

const DAY_MS = 86_400_000;

export type FilledPictures = Awaited<ReturnType<typeof fillPictures>>;

/**
 * An account as one looks after a while: grants of each source, work that went well, work that did not, and what support is asked about it;
 * one that has nothing yet; one without a credit; and one that is frozen.
 */
export async function fillPictures(portal: PortalFixture) {
  const account = await portal.openAccount('Tidewell Bakery');
  const empty = await portal.openAccount('Nothing Yet');
  const [broke, frozen, acted] = await Promise.all([
    portal.openAccount('Last Crumb'),
    portal.openAccount('On Ice'),
    portal.openAccount('Goodwill Hunting'),
  ]);
  await spendAll(portal, broke);
  await portal.call('POST', `/v1/accounts/${frozen}/freeze`, { reason: 'A charge was disputed' });
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
  const batch = await portal.submit(account, {
    kind: 'batch',
    items: Array.from({ length: 7 }, (_, index) => ({
      kind: 'static_ad',
      brief: { headline: `Market day ${String(index + 1)}` },
      ...(index % 3 === 2 ? { test_scenario: 'fails_after_start' } : {}),
    })),
  });
  const failed = await ad('Your morning, already warm', { test_scenario: 'fails_after_start' });
  const several = await ad('A loaf for every table', { variations: 3 });
  const reported = await ad('Two rolls, one smile', { member: 'ada', project: 'Winter menu' });
  const long = await portal.submit(account, {
    kind: 'static_ad',
    brief: {
      headline:
        'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen für die ganze Familie, jeden Morgen frisch',
      body: 'Ein sehr langer Text, der erzählt, was alles in einem Brot steckt. '.repeat(10).trim(),
    },
  });
  const delivered = await ad('Fresh bread, every morning');
  const ended = [batch, failed, several, reported, long, delivered];
  await Promise.all(ended.map((id) => portal.untilEnded(account, id)));
  const longReviewId = await report(portal, account, long, 'The word is too long for its line. '.repeat(25));
  const reviewId = await report(portal, account, reported, 'The second roll is cut off at the edge.');
  await decide(portal, await report(portal, account, several, 'The logo is on the wrong side.'));
  const doubtful = await ad('Croissants on Sundays', { test_scenario: 'unknown_outcome_lost' });
  const running = await ad('Rolls at seven', { test_scenario: 'never_finishes' });
  const hook = { url: 'https://hooks.tidewell.example/holdfast', events: ['job.succeeded', 'job.failed'] };
  await portal.call('POST', '/v1/webhook_endpoints', hook, account);
  const refused = await ad('Scones at four', { test_scenario: 'moderated_input' });
  await portal.untilEnded(account, refused);
  await portal.call(
    'POST',
    '/v1/keys',
    { name: 'Shop backend', scopes: ['jobs:read', 'jobs:write'] },
    account,
  );
  await setLimits(portal, account);
  return {
    ...{ account, empty, broke, frozen, acted, reviewId, longReviewId },
    ...{ batch, failed, several, reported, long, delivered, doubtful, running, refused },
  };
}

/** Takes the sign-up credits back: of a new account nothing is left then. */
async function spendAll(portal: PortalFixture, account: string): Promise<void> {
  const { body } = await portal.call('GET', '/v1/balance', undefined, account);
  for (const { id } of body.grants as readonly { readonly id: string }[]) {
    await portal.call('POST', `/v1/grants/${id}/void`, { reason: 'The payment was reversed' });
  }
}

/** Leaves something on record of what support did. */
async function setLimits(portal: PortalFixture, account: string): Promise<void> {
  const goodwill = { source: 'goodwill', credits: 250, reference: 'ticket-4711', reason: 'A late delivery' };
  await portal.call('POST', `/v1/accounts/${account}/grants`, goodwill);
  await portal.call('PUT', `/v1/accounts/${account}/limits`, {
    ...{ max_concurrent_jobs: 20, member_credits_per_period: 2_000, project_credits_per_period: null },
    ...{ low_balance_at: 500, overrides: [{ member: 'ada', credits_per_period: 1_500 }] },
    reason: 'As agreed with the customer',
  });
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
