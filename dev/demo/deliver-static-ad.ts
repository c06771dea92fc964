import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { check, type DemoScene, type DemoStep, type StepOutcome } from './demo-step.ts';
import { followToEnd, withoutCeiling } from './run-job.ts';

/** Every PNG begins so. */
const PNG_SIGNATURE = '89504e470d0a1a0a';

export const deliverStaticAd: DemoStep = {
  name: 'static_ad',
  title: 'A static ad: quoted, reserved, rendered, charged',
  run,
};

async function run(scene: DemoScene): Promise<StepOutcome> {
  const { api, account, say } = scene;
  const before = await api.balance(account);
  const body = withoutCeiling(scene.briefs.staticAd);
  const quote = await api.quote(account, body);
  say(`   quote: ${String(quote.total)} credits, balance afterwards ${String(quote.balance_after)}`);
  const key = randomUUID();
  const submitted = await api.submit(account, { ...body, quote_id: quote.id }, key);
  say(`   submitted as ${submitted.id}, ${String(submitted.billing.reserved)} credits reserved`);
  const job = await followToEnd(scene, submitted);
  const output = job.outputs[0];
  if (job.state !== 'succeeded' || output === undefined) {
    throw new Error(`the static ad ended as ${job.state}: ${job.failure?.detail ?? 'no detail'}`);
  }
  const picture = await api.content(account, output.id);
  const file = path.join(scene.out, 'static-ad.png');
  await writeFile(file, picture);
  const replay = await api.submit(account, { ...body, quote_id: quote.id }, key);
  const after = await api.balance(account);
  say(`   charged ${String(job.billing.committed)}; balance ${String(after.available)}`);
  return {
    checks: [
      check('a new account opens with', 1_000, before.available),
      check('quote of a static ad', 35, quote.total),
      check('charge', quote.total, job.billing.committed),
      check('balance afterwards', quote.balance_after, after.available),
      check('the file is', 'PNG', picture.toString('hex', 0, 8) === PNG_SIGNATURE ? 'PNG' : 'something else'),
      check(
        'the same request sent again is',
        'the same job',
        replay.id === job.id ? 'the same job' : replay.id,
      ),
    ],
    figures: { quoted: quote.total, charged: job.billing.committed, balance: after.available },
    files: [file],
  };
}
