import type { TestScenario } from '../../../domain/work/job-request.ts';
import type { Json, RunningStack } from '../../integration/running-stack.ts';
import type { SoakCheck } from '../soak-check.ts';
import { workflowIdOf } from '../../../domain/ids.ts';
import type { Outage } from './drop-at-random.ts';
import { isExpectedEnd } from './expected-ends.ts';
import { ENOUGH_SECONDS } from './job-mix.ts';
import { expectedServiceEnds } from './service-jobs.ts';
import type { Saboteur } from './saboteur.ts';
import type { Told } from './soak-customer.ts';

const EXAMPLES = 5;

/** How long after an outage its packets may arrive: a kernel doubles its pauses, so as long as the outage was. */
const PACKETS_LATE_MS = 30_000;

/** A run that could not be stopped during an outage is stopped at a later try, with pauses that double from 10 s. */
const NOTHING_RUNS_WITHIN_MS = 240_000;
const LOOK_EVERY_MS = 2_000;

/** The checks that must hold once every customer has seen the end of their jobs. */
export async function checkJobs(
  running: RunningStack,
  told: readonly Told[],
  granted: number,
  { outages, saboteur }: { readonly outages: readonly Outage[]; readonly saboteur: Saboteur },
): Promise<readonly SoakCheck[]> {
  const admitted = told.filter(({ job }) => job !== null);
  const submissions = await submissionsOf(running, admitted);
  return [
    check(
      'every submission was answered with a job',
      told,
      ({ job, status }) => job !== null && status < 300,
    ),
    check('every job has ended', admitted, ({ job }) => job.finished_at !== null),
    check('every output ended as its scenario says', admitted.flatMap(outputsOf), (output) =>
      isEndExpected(output, outages, saboteur),
    ),
    check('every job is charged what was delivered, and the rest returned', admitted, isChargedRight),
    check('one job per key', await jobsByKey(running), ({ count }) => count === 1),
    check(
      'the model service saw at most one submission per attempt',
      submissions,
      ({ accepted, state }) => accepted <= 1 && state !== undefined,
    ),
    check(
      'nothing ran that was taken not to have run',
      submissions,
      ({ accepted, state }) => !(accepted > 0 && state === 'rejected'),
    ),
    check('no wrong message was followed', saboteur.counts().taken, () => false),
    check(
      'nothing runs on at the model service',
      [await untilNothingRuns(running)],
      ({ inFlight }) => inFlight === 0,
    ),
    ...(await checkLedger(running, admitted, granted)),
  ];
}

export function check<Row>(name: string, rows: readonly Row[], holds: (row: Row) => boolean): SoakCheck {
  const broken = rows.filter((row) => !holds(row));
  return { name, rows: rows.length, violations: broken.length, examples: broken.slice(0, EXAMPLES) };
}

type SoakOutput = { readonly told: Told; readonly output: Json; readonly scenario: TestScenario | undefined };

function outputsOf(told: Told): readonly SoakOutput[] {
  const items = (told.body['items'] ?? [told.body]) as readonly { test_scenario?: TestScenario }[];
  return (told.job.outputs as Json[]).map((output) => ({
    told,
    output,
    scenario: items[output.item as number]?.test_scenario,
  }));
}

function isEndExpected(
  { told, output, scenario }: SoakOutput,
  outages: readonly Outage[],
  saboteur: Saboteur,
): boolean {
  const end = (output.failure?.code ?? output.state) as string;
  const isCanceled = told.cancelAfterMs !== null;
  if (expectedServiceEnds(told.body)?.includes(end) === true) return true;
  return isExpectedEnd(scenario, end, {
    isCanceled,
    isTerminated: saboteur.hasEnded(workflowIdOf(told.job.id as string)),
    hasShortDeadline: (told.body['deadline_seconds'] as number) < ENOUGH_SECONDS,
    metOutage: outages.some(({ from, to }) => told.from < to + PACKETS_LATE_MS && told.to > from),
  });
}

function isChargedRight({ job }: Told): boolean {
  const delivered = (job.outputs as Json[])
    .filter((output) => output.state === 'succeeded')
    .reduce((sum: number, output) => sum + (output.credits as number), 0);
  const { quoted, reserved, committed, returned } = job.billing as Readonly<
    Record<'quoted' | 'reserved' | 'committed' | 'returned', number>
  >;
  return reserved === 0 && committed === delivered && quoted === committed + returned;
}

function jobsByKey(running: RunningStack) {
  return running.rows<{ job_id: string; count: number }>(
    'SELECT job_id, count(*)::int AS count FROM jobs.jobs GROUP BY job_id',
  );
}

/** Every reference the model service knows of the soak's jobs, and whether there is an attempt for it. */
async function submissionsOf(running: RunningStack, admitted: readonly Told[]) {
  const rows = await running.rows<{ reference: string; state: string }>(
    'SELECT reference, state FROM jobs.attempts',
  );
  const states = new Map(rows.map(({ reference, state }) => [reference, state]));
  const submissions: { reference: string; accepted: number; state: string | undefined }[] = [];
  for (const { job } of admitted) {
    const prefix = (job.id as string).replace(/^job_/, 'att_');
    const answer = await fetch(
      `${running.stack.info().model_service_url}/v1/stats?reference_prefix=${prefix}`,
    );
    const { by_reference } = (await answer.json()) as { by_reference: Record<string, { accepted: number }> };
    for (const [reference, { accepted }] of Object.entries(by_reference)) {
      submissions.push({ reference, accepted, state: states.get(reference) });
    }
  }
  return submissions;
}

async function untilNothingRuns(running: RunningStack): Promise<{ readonly inFlight: number }> {
  const giveUpAt = Date.now() + NOTHING_RUNS_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${running.stack.info().model_service_url}/v1/stats`);
    const { in_flight: inFlight } = (await answer.json()) as { in_flight: number };
    if (inFlight === 0 || Date.now() > giveUpAt) return { inFlight };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function checkLedger(
  running: RunningStack,
  admitted: readonly Told[],
  granted: number,
): Promise<readonly SoakCheck[]> {
  const sums = await sumOfAccounts(running);
  const committed = admitted.reduce((sum, { job }) => sum + (job.billing.committed as number), 0);
  return [
    check(
      'what was given is available or spent, and nothing is held',
      [sums],
      ({ available, reserved, spent }) => reserved === 0 && available + spent === granted,
    ),
    check(
      'what was spent is what the jobs were charged',
      [{ ...sums, committed }],
      (row) => row.spent === row.committed,
    ),
    check('reconcile finds nothing', await running.reconcile(), () => false),
  ];
}

/** Credits over the accounts that ran jobs. */
export async function sumOfAccounts(running: RunningStack) {
  const [row] = await running.rows<{ available: number; reserved: number; spent: number }>(
    `SELECT sum(available)::float8 AS available, sum(reserved)::float8 AS reserved, sum(spent)::float8 AS spent
     FROM ledger.accounts a WHERE EXISTS (SELECT 1 FROM jobs.jobs j WHERE j.account_id = a.account_id)`,
  );
  return row ?? { available: 0, reserved: 0, spent: 0 };
}
