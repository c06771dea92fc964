import { withDatabase } from '../../cli/with-database.ts';
import { reconcile } from '../../ledger/reconcile.ts';
import { formatTable } from '../../cli/show/terminal.ts';
import { check, type DemoScene, type DemoStep, type StepOutcome } from './demo-step.ts';

export const checkLedger: DemoStep = {
  name: 'ledger',
  title: "The account's statement, and the reconcile check over the whole ledger",
  run,
};

async function run(scene: DemoScene): Promise<StepOutcome> {
  const { api, account } = scene;
  const entries = await api.entries(account);
  const balance = await api.balance(account);
  const rows = entries.map((entry) => [
    entry.created_at.slice(11, 19),
    entry.kind,
    signed(entry.credits),
    String(entry.balance_after),
    entry.job_id ?? '',
  ]);
  const statement = formatTable(['time', 'kind', 'credits', 'balance', 'job'], rows);
  for (const line of statement.split('\n')) scene.say(`   ${line}`);
  const total = entries.reduce((sum, entry) => sum + entry.credits, 0);
  const findings = await withDatabase((await scene.info()).database_url, 'holdfast demo', (database) =>
    reconcile(database),
  );
  scene.say(
    `   reconcile: ${findings.length === 0 ? 'every check returned no rows' : JSON.stringify(findings)}`,
  );
  return {
    checks: [
      check('the entries add up to the balance', balance.available, total),
      check('reconcile findings', 0, findings.length),
    ],
    figures: { entries: entries.length, balance: balance.available },
    files: [],
  };
}

function signed(credits: number): string {
  return credits > 0 ? `+${String(credits)}` : String(credits);
}
