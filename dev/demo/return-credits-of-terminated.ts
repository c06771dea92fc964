import { check, type DemoScene, type DemoStep, type StepOutcome } from './demo-step.ts';
import { followToEnd } from './run-job.ts';
import { terminateWorkflow } from './terminate-workflow.ts';

/** The reconciler's interval and grace (5 s each when embedded), with room. */
const LIMIT_MS = 60_000;

export const returnCreditsOfTerminated: DemoStep = {
  name: 'terminated',
  title: 'A running workflow is terminated: the reconciler returns the credits',
  run,
};

async function run(scene: DemoScene): Promise<StepOutcome> {
  const { api, account, say } = scene;
  const before = await api.balance(account);
  const submitted = await api.submit(account, {
    ...scene.briefs.staticAd,
    test_scenario: 'never_finishes',
  });
  let isTerminated = false;
  const job = await followToEnd(scene, submitted, {
    limitMs: LIMIT_MS,
    onEvent: async (event) => {
      if (event.type !== 'job.running' || isTerminated) return;
      isTerminated = true;
      const { temporal_address: address } = await scene.info();
      await terminateWorkflow(address, submitted.id, 'the demo terminates it, as a person could');
      say(
        '   terminated, as by the button of Temporal UI: none of our code runs.\n   Waiting for the reconciler, up to 30 s',
      );
    },
  });
  const after = await api.balance(account);
  return {
    checks: [
      check('the job says what happened', 'terminated', job.failure?.code ?? null),
      check('charge', 0, job.billing.committed),
      check('returned', 35, job.billing.returned),
      check('balance unchanged', before.available, after.available),
      check('still reserved', 0, after.reserved),
    ],
    figures: { returned: job.billing.returned, balance: after.available },
    files: [],
  };
}
