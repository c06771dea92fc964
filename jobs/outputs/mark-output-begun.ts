import type { ResolvedWork } from '../../domain/work/work.ts';
import type { Database } from '../../ledger/database.ts';

/** One of several outputs, as its workflow begins it. Times in seconds. */
type BegunOutput = {
  readonly work: ResolvedWork;
  readonly credits: number;
  /** How long it may take, from its begin. */
  readonly deadlineSeconds: number;
  /** From its first begin until its credits return; negative past that. */
  readonly leftSeconds: number;
  readonly ageSeconds: number;
};

type Row = {
  work: ResolvedWork;
  credits: string;
  deadline_seconds: number;
  left_seconds: number;
  age_seconds: number;
};

/** Marks an output as begun, once; null: its reservation has ended, and nothing is to run. */
export async function markOutputBegun(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<BegunOutput | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.begin_output',
    text: 'SELECT * FROM jobs.begin_output($1, $2)',
    values: [accountId, outputId],
  });
  const [row] = rows;
  if (row === undefined) return null;
  return {
    work: row.work,
    credits: Number(row.credits),
    deadlineSeconds: row.deadline_seconds,
    leftSeconds: row.left_seconds,
    ageSeconds: row.age_seconds,
  };
}
