import { check, type DemoScene, type DemoStep, type StepOutcome } from './demo-step.ts';
import { followToEnd } from './run-job.ts';
import { submissionsOfJob } from './submissions-of-job.ts';

export const surviveWorkerKill: DemoStep = {
  name: 'worker_kill',
  title: 'The worker is killed while the model runs: one submission, one charge',
  run,
};

async function run(scene: DemoScene): Promise<StepOutcome> {
  const { api, account, say } = scene;
  const before = await api.balance(account);
  const submitted = await api.submit(account, { ...scene.briefs.staticAd, test_scenario: 'slow' });
  const killed: number[] = [];
  const job = await followToEnd(scene, submitted, {
    onEvent: async (event) => {
      if (event.type !== 'job.running' || killed.length > 0) return;
      const { worker } = (await scene.info()).pids;
      if (worker === null) throw new Error('there is no worker to kill');
      killed.push(worker);
      process.kill(worker, 'SIGKILL');
      say(`   the model runs: worker process ${String(worker)} killed with SIGKILL`);
    },
  });
  const { pids, model_service_url } = await scene.info();
  const submissions = await submissionsOfJob(model_service_url, job.id);
  const after = await api.balance(account);
  say(`   a new worker (process ${String(pids.worker ?? 'none')}) finished it`);
  return {
    checks: [
      check('workers killed', 1, killed.length),
      check('finished by', 'another', pids.worker !== killed[0] ? 'another' : 'the same'),
      check('the job ended', 'succeeded', job.state),
      check('submissions at the model service', 1, submissions),
      check('charge', 35, job.billing.committed),
      check('balance afterwards', before.available - 35, after.available),
    ],
    figures: { submissions, charged: job.billing.committed, balance: after.available },
    files: [],
  };
}
