import { HoldfastClient } from '../../../client/http/http-client.ts';
import { withDatabase } from '../../../cli/with-database.ts';
import { reconcile } from '../../../ledger/reconcile.ts';
import type { SandboxState } from '../../../console/sandbox/sandbox-wire.ts';
import type { StackInfo } from '../../stack/stack-info.ts';
import { check, type Check } from '../demo-step.ts';

/** That nothing is missing: the jobs against the balance, the entries against both, and the reconcile check over the whole ledger. */
export async function checkSandboxAccount(
  info: StackInfo,
  { id: account, opened_with: openedWith }: SandboxState['account'],
  say: (line: string) => void,
): Promise<readonly Check[]> {
  const holdfast = new HoldfastClient({ baseUrl: info.api_url, apiKey: info.platform_key, account });
  const jobs = await holdfast.jobs.list({ limit: 100 }).toArray();
  const entries = await holdfast.entries({ limit: 100 }).toArray();
  const balance = await holdfast.balance();
  const charged = jobs.reduce((sum, { billing }) => sum + billing.committed, 0);
  const returned = jobs.reduce((sum, { billing }) => sum + billing.returned, 0);
  const quoted = jobs.reduce((sum, { billing }) => sum + billing.quoted, 0);
  const findings = await withDatabase(info.database_url, 'holdfast demo', (database) => reconcile(database));
  say(
    `Opened with ${String(openedWith)} = ${String(balance.available)} available + ${String(balance.reserved)} reserved + ${String(charged)} spent.`,
  );
  say(
    `${String(jobs.length)} jobs held ${String(quoted)}: ${String(charged)} charged, ${String(returned)} returned.`,
  );
  say(findings.length === 0 ? 'Reconcile: every check returned no rows.' : JSON.stringify(findings));
  return [
    check('opened with', openedWith, balance.available + balance.reserved + charged),
    check('still reserved', 0, balance.reserved),
    check('charged + returned', quoted, charged + returned),
    check('jobs not ended', 0, jobs.filter(({ finished_at }) => finished_at === null).length),
    check(
      'the entries add up',
      balance.available,
      entries.reduce((sum, { credits }) => sum + credits, 0),
    ),
    check('reconcile findings', 0, findings.length),
  ];
}
