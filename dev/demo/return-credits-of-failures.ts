import { check, type DemoScene, type DemoStep, type StepOutcome } from './demo-step.ts';
import { followToEnd } from './run-job.ts';

/** Short, so that the demo is; any model's own deadline is minutes. */
const DEADLINE_SECONDS = 6;

export const returnCreditsOfFailures: DemoStep = {
  name: 'failures',
  title: 'A job that fails and one that never finishes: the credits return',
  run,
};

async function run(scene: DemoScene): Promise<StepOutcome> {
  const { api, account, briefs } = scene;
  const before = await api.balance(account);
  const failing = await api.submit(account, { ...briefs.staticAd, test_scenario: 'fails_after_start' });
  const endless = await api.submit(account, {
    ...briefs.staticAd,
    test_scenario: 'never_finishes',
    deadline_seconds: DEADLINE_SECONDS,
  });
  scene.say(`   both submitted; waiting for both ends, the second has ${String(DEADLINE_SECONDS)} s`);
  const [failed, timedOut] = await Promise.all([
    followToEnd(scene, failing, { label: 'fails' }),
    followToEnd(scene, endless, { label: 'never finishes' }),
  ]);
  const after = await api.balance(account);
  scene.say(`   balance before ${String(before.available)}, after ${String(after.available)}`);
  return {
    checks: [
      check('the failed job says why', 'provider_failed', failed.failure?.code ?? null),
      check('the endless job says why', 'run_deadline', timedOut.failure?.code ?? null),
      check('charged for both', 0, failed.billing.committed + timedOut.billing.committed),
      check('balance unchanged', before.available, after.available),
      check('still reserved', 0, after.reserved),
    ],
    figures: {
      returned: failed.billing.returned + timedOut.billing.returned,
      balance: after.available,
    },
    files: [],
  };
}
