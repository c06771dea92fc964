import type { RunningStack } from '../../integration/running-stack.ts';
import type { Run } from '../../services/simulated-service.ts';
import type { SoakCheck } from '../soak-check.ts';
import { check } from './jobs-soak-checks.ts';
import { fateOf } from './service-jobs.ts';
import type { BillLine, SoakService } from './soak-services.ts';

type AttemptRow = {
  readonly provider: string;
  readonly reference: string;
  readonly state: string;
  readonly run_id: string | null;
  readonly words: string;
  readonly billed: string;
  readonly cost: string | null;
};

const NOTHING_RUNS_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** What must hold between our record and those of the services, once nothing runs there any more. */
export async function checkServices(
  running: RunningStack,
  services: readonly SoakService[],
): Promise<readonly SoakCheck[]> {
  await untilNothingRuns(services);
  const attempts = await attemptsOf(running);
  const runs = services.flatMap(({ provider, service }) =>
    service.runs().map((run) => ({ run, attempts: attemptsOfRun(run, provider, attempts) })),
  );
  const byAttempt = countBy(runs.map(({ run, attempts: of }) => run.reference ?? of[0]?.words ?? run.job.id));
  const bills = await importBills(running, services, attempts);
  return [
    check('services saw at most one submission per attempt', runs, ({ run, attempts: of }) => {
      // A service that is told no reference: as many runs of a job as it has attempts.
      const most = run.reference === null ? of.length : 1;
      return of.length > 0 && (byAttempt.get(run.reference ?? of[0]?.words ?? run.job.id) ?? 0) <= most;
    }),
    check(
      'nothing ran at a service that was taken not to have run',
      runs,
      ({ run, attempts: of }) => run.reference === null || of.every(({ state }) => state !== 'rejected'),
    ),
    check('what attempts say of their bill is what the services billed', attempts, (attempt) =>
      saysWhatWasBilled(attempt, services),
    ),
    check('every line of a bill is of an attempt, or of one that is unknown', bills, isAccountedFor),
    check(
      'what attempts cost is what the services billed',
      [{ ...(await sumOfBills(running)), billed: sumOf(bills.flatMap(({ known }) => known)) }],
      ({ sum, billed }) => Math.abs(sum - billed) < 1e-9,
    ),
    check('reconcile finds nothing after the bills are imported', await running.reconcile(), () => false),
  ];
}

function attemptsOf(running: RunningStack): Promise<AttemptRow[]> {
  return running.rows<AttemptRow>(
    `SELECT (c.attempt).provider, (c.attempt).reference, (c.attempt).state, (c.attempt).run_id, c.billed,
            trim_scale(c.cost)::text AS cost, coalesce(o.work->'brief'->>'headline', o.work->>'line', '') AS words
     FROM jobs.attempt_costs('-infinity', 'infinity') c
     JOIN jobs.outputs o ON o.account_id = (c.attempt).account_id AND o.output_id = (c.attempt).output_id
     WHERE (c.attempt).provider <> 'local'`,
  );
}

/** By our reference where the service was told it, else by the words of the job. */
function attemptsOfRun(run: Run, provider: string, attempts: readonly AttemptRow[]): readonly AttemptRow[] {
  return attempts.filter((attempt) =>
    run.reference === null
      ? attempt.provider === provider && fateOf(attempt.words).job === fateOf(run.request.json).job
      : attempt.reference === run.reference,
  );
}

/** `yes` and `no` are the service's own word, and so is what it named; of the others its bill decides. */
function saysWhatWasBilled(attempt: AttemptRow, services: readonly SoakService[]): boolean {
  const ofProvider = services.find(({ provider }) => provider === attempt.provider);
  const line = ofProvider
    ?.bill()
    .find(({ id, line: runId }) => id === attempt.reference || runId === attempt.run_id);
  if (attempt.billed === 'yes') return line !== undefined && Number(line.cost) === Number(attempt.cost);
  return attempt.billed !== 'no' || line === undefined;
}

type ImportedBill = {
  readonly known: readonly BillLine[];
  readonly unknown: readonly string[];
  readonly changed: readonly string[];
  /** Attempts at the service whose run has no name that we know. */
  readonly unnamed: number;
};

/** Each bill twice, as a person does who is not sure: a line counts once. */
async function importBills(
  running: RunningStack,
  services: readonly SoakService[],
  attempts: readonly AttemptRow[],
): Promise<readonly ImportedBill[]> {
  const bills: ImportedBill[] = [];
  for (const { provider, bill } of services) {
    const lines = bill();
    const importOnce = async () => {
      const [row] = await running.rows<{ result: Pick<ImportedBill, 'unknown' | 'changed'> }>(
        'SELECT jobs.import_bill($1, $2) AS result',
        [provider, JSON.stringify(lines)],
      );
      return row?.result ?? { unknown: [], changed: [] };
    };
    await importOnce();
    const { unknown, changed } = await importOnce();
    bills.push({
      known: lines.filter(({ id }) => !unknown.includes(id)),
      unknown,
      changed,
      unnamed: attempts.filter((attempt) => attempt.provider === provider && attempt.run_id === null).length,
    });
  }
  return bills;
}

function isAccountedFor({ unknown, changed, unnamed }: ImportedBill): boolean {
  return changed.length === 0 && unknown.length <= unnamed;
}

async function sumOfBills(running: RunningStack): Promise<{ readonly sum: number }> {
  const [row] = await running.rows<{ sum: number }>(
    'SELECT coalesce(sum(bill), 0)::float8 AS sum FROM jobs.attempts',
  );
  return row ?? { sum: 0 };
}

function sumOf(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { cost }) => sum + Number(cost), 0);
}

async function untilNothingRuns(services: readonly SoakService[]): Promise<void> {
  const giveUpAt = Date.now() + NOTHING_RUNS_WITHIN_MS;
  while (services.some(({ service }) => service.inFlight() > 0) && Date.now() < giveUpAt)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
