import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAdmit } from '../../activities/admission/admit.ts';
import { attemptOf } from '../../domain/work/attempt.ts';
import { createAdmitJob } from '../../jobs/admission/admit-job.ts';
import { createActivitiesFixture, type ActivitiesFixture } from './activities-fixture.ts';
import { SUPERSCALE_RULES } from '../harness/superscale.ts';

let fixture: ActivitiesFixture;
beforeAll(async () => {
  fixture = await createActivitiesFixture();
});
afterAll(() => fixture.close());

/** Admits as a worker did whose price list said something else of a static ad. */
function admitAtPrice(credits: number) {
  const admitJob = createAdmitJob(fixture.worker);
  return createAdmit(
    (item) =>
      admitJob(
        'refusal' in item
          ? item
          : {
              ...item,
              price: { ...item.price, total: credits },
              outputs: item.outputs.map((output) => ({ ...output, credits })),
            },
      ),
    fixture.worker,
    {
      heartbeatTimeoutSeconds: 5,
      rules: SUPERSCALE_RULES,
    },
  );
}

test.each([
  ['dearer', 30],
  ['cheaper', 40],
])(
  'a job that became %s between its admission and a retry of it is charged what was reserved',
  async (change, reserved) => {
    const { admit, settle } = fixture.activitiesAt('http://nowhere.test');
    const start = fixture.startOf(change);
    const before = await fixture.balance();
    await admitAtPrice(reserved)(start);

    const { admission, plan } = await admit(start);
    expect(admission).toEqual({ outcome: 'reserved', fingerprint: start.fingerprint, credits: reserved });
    if (plan === null) throw new Error('an open job has nothing to run');
    const attempt = attemptOf(plan, 1);
    await fixture.attempts.begin(attempt);
    await fixture.attempts.move(attempt.accountId, attempt.reference, {
      from: ['posting'],
      to: 'accepted',
      providerJobId: 'p',
    });
    await fixture.attempts.recordAsset(
      attempt.accountId,
      attempt.reference,
      { sha256: 'f00d', contentType: 'image/png', bytes: 100 },
      { billed: 'yes', cost: null, isFinal: false },
    );
    expect(await settle(plan, { charge: true })).toMatchObject({ outcome: 'committed', credits: reserved });
    expect(await fixture.balance()).toEqual({
      available: before.available - reserved,
      reserved: before.reserved,
      spent: before.spent + reserved,
    });
  },
);

test('a job whose price has not changed is charged that price', async () => {
  const { plan } = await fixture.activitiesAt('http://nowhere.test').admit(fixture.startOf('stayed'));
  expect(plan?.credits).toBe(35);
});

test('a worker without a model service refuses a job that it could never run, and reserves nothing', async () => {
  const before = await fixture.balance();
  const admit = createAdmit(createAdmitJob(fixture.worker), fixture.worker, {
    heartbeatTimeoutSeconds: 5,
    rules: { ...SUPERSCALE_RULES, providers: [] },
  });
  const { admission, plan } = await admit(fixture.startOf('not-offered'));
  expect(admission).toMatchObject({
    outcome: 'refused',
    code: 'invalid_request',
    errors: [{ pointer: '/model', code: 'not_offered' }],
  });
  expect(plan).toBeNull();
  expect(await fixture.balance()).toEqual(before);
});
