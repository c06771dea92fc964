import type { InspectedAttempt } from '../../contract/shapes/support-shapes.ts';
import type { Attempt } from '../../domain/output-plan.ts';
import type { ModelWork } from '../../domain/reference-assets.ts';
import type { Database } from '../../ledger/database.ts';

/** The states of an attempt row (jobs/migrations/0001_tables.sql tells the moves). */
export type AttemptState = InspectedAttempt['state'];

/** How an attempt stands. */
export type AttemptStatus = {
  readonly state: AttemptState;
  readonly providerJobId: string | null;
  readonly errorClass: string | null;
};

export type PreparedAttempt = {
  /** Null when it has no row yet. */
  readonly status: AttemptStatus | null;
  /** Null when there is no such output. */
  readonly work: ModelWork | null;
  /** To the run deadline, by the database's clock. */
  readonly secondsLeft: number;
};

export type BegunAttempt = AttemptStatus & {
  /** True for the one caller that made the row: it alone may post, once. */
  readonly isMine: boolean;
};

export type AttemptRow = AttemptStatus & {
  readonly postedSecondsAgo: number;
  /** Since its submitter gave it up and reset its connection; null when that is not on record. */
  readonly closedSecondsAgo: number | null;
  /** The process that made the row. */
  readonly submitter: string;
};

export type AttemptOfOutput = {
  readonly reference: string;
  readonly stage: string;
  readonly state: AttemptState;
  readonly provider: string;
  readonly providerJobId: string | null;
  readonly postedSecondsAgo: number;
};

export type StoredAsset = { readonly sha256: string; readonly contentType: string; readonly bytes: number };

export type NewAttempt = Omit<
  Attempt,
  'model' | 'mediaType' | 'durationSeconds' | 'part' | 'hasReferences' | 'reachWithinSeconds'
>;

export type AttemptMove = {
  readonly from: readonly AttemptState[];
  readonly to: AttemptState;
  readonly providerJobId?: string | undefined;
  readonly errorClass?: string | undefined;
};

/** The cost of the run to us at the provider; apart from the customer's credits. */
export type ProviderAccount = { readonly billed: string; readonly cost: string | null };

export type Attempts = ReturnType<typeof createAttempts>;

/**
 * The attempt rows: every submission to a provider, written before the request leaves and moved by compare-and-set.
 * @param submitter the name of this process, for those who want to know later whether it still lives.
 */
export function createAttempts(database: Database, submitter = 'unknown') {
  return {
    prepare: (attempt: NewAttempt) => prepareAttempt(database, attempt),
    begin: (attempt: NewAttempt) => beginAttempt(database, attempt, submitter),
    close: (accountId: string, reference: string) => closeAttempt(database, accountId, reference),
    move: (accountId: string, reference: string, move: AttemptMove) =>
      moveAttempt(database, accountId, reference, move),
    read: (accountId: string, reference: string) => readAttempt(database, accountId, reference),
    ofOutput: (accountId: string, outputId: string) => readAttemptsOfOutput(database, accountId, outputId),
    /** Until the output's credits return, by the database's clock; null once they are settled. */
    secondsToReturn: (accountId: string, outputId: string) => secondsToReturn(database, accountId, outputId),
    /** When the output's credits return; null once they are settled. */
    returnBy: (accountId: string, outputId: string) => readReturnBy(database, accountId, outputId),
    recordAsset: (accountId: string, reference: string, asset: StoredAsset, provider: ProviderAccount) =>
      recordAsset(database, accountId, reference, asset, provider),
    fail: (accountId: string, reference: string, errorClass: string, provider: ProviderAccount) =>
      failAttempt(database, accountId, reference, errorClass, provider),
  };
}

type StatusRow = {
  readonly state: AttemptState;
  readonly provider_job_id: string | null;
  readonly error_class: string | null;
};

const statusOf = (row: StatusRow): AttemptStatus => ({
  state: row.state,
  providerJobId: row.provider_job_id,
  errorClass: row.error_class,
});

/** The work of an attempt, and its row if it has one. Only reads. */
async function prepareAttempt(database: Database, attempt: NewAttempt): Promise<PreparedAttempt> {
  const { rows } = await database.query<{
    state: AttemptState | null;
    provider_job_id: string | null;
    error_class: string | null;
    work: ModelWork;
    seconds_left: number;
  }>({
    name: 'jobs.prepare_attempt',
    text: 'SELECT * FROM jobs.prepare_attempt($1, $2, $3)',
    values: [attempt.accountId, attempt.outputId, attempt.reference],
  });
  const [row] = rows;
  if (row === undefined) return { status: null, work: null, secondsLeft: 0 };
  const { state } = row;
  return {
    status: state === null ? null : statusOf({ ...row, state }),
    work: row.work,
    secondsLeft: row.seconds_left,
  };
}

/** Makes the row, or finds it. Fenced when the output's reservation has ended. */
async function beginAttempt(
  database: Database,
  attempt: NewAttempt,
  submitter: string,
): Promise<BegunAttempt> {
  const { rows } = await database.query<StatusRow & { is_mine: boolean }>({
    name: 'jobs.begin_attempt',
    text: 'SELECT * FROM jobs.begin_attempt($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      attempt.accountId,
      attempt.jobId,
      attempt.outputId,
      attempt.stage,
      attempt.number,
      attempt.reference,
      attempt.provider,
      submitter,
    ],
  });
  const row = only(rows);
  return { isMine: row.is_mine, ...statusOf(row) };
}

/** Its submitter has given it up and reset its connection: nothing of it can arrive any more. Returns how it stands. */
async function closeAttempt(
  database: Database,
  accountId: string,
  reference: string,
): Promise<AttemptStatus> {
  const { rows } = await database.query<StatusRow>({
    name: 'jobs.close_attempt',
    text: 'SELECT * FROM jobs.close_attempt($1, $2)',
    values: [accountId, reference],
  });
  return statusOf(only(rows));
}

/** Moves a row on if it is still in the state the caller saw; returns its state now. */
async function moveAttempt(
  database: Database,
  accountId: string,
  reference: string,
  move: AttemptMove,
): Promise<{ isMoved: boolean; state: AttemptState; providerJobId: string | null }> {
  const { rows } = await database.query<{
    is_moved: boolean;
    state: AttemptState;
    provider_job_id: string | null;
  }>({
    name: 'jobs.move_attempt',
    text: 'SELECT * FROM jobs.move_attempt($1, $2, $3, $4, $5, $6)',
    values: [accountId, reference, move.from, move.to, move.providerJobId ?? null, move.errorClass ?? null],
  });
  const row = only(rows);
  return { isMoved: row.is_moved, state: row.state, providerJobId: row.provider_job_id };
}

async function readAttempt(
  database: Database,
  accountId: string,
  reference: string,
): Promise<AttemptRow | undefined> {
  const { rows } = await database.query<
    StatusRow & { posted_seconds_ago: number; closed_seconds_ago: number | null; submitter: string }
  >({
    name: 'jobs.read_attempt',
    text: 'SELECT * FROM jobs.read_attempt($1, $2)',
    values: [accountId, reference],
  });
  const row = rows[0];
  return (
    row && {
      ...statusOf(row),
      postedSecondsAgo: row.posted_seconds_ago,
      closedSecondsAgo: row.closed_seconds_ago,
      submitter: row.submitter,
    }
  );
}

async function readAttemptsOfOutput(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<readonly AttemptOfOutput[]> {
  const { rows } = await database.query<{
    reference: string;
    stage: string;
    state: AttemptState;
    provider: string;
    provider_job_id: string | null;
    posted_seconds_ago: number;
  }>({
    name: 'jobs.read_attempts_of_output',
    text: 'SELECT * FROM jobs.read_attempts_of_output($1, $2)',
    values: [accountId, outputId],
  });
  return rows.map((row) => ({
    reference: row.reference,
    stage: row.stage,
    state: row.state,
    provider: row.provider,
    providerJobId: row.provider_job_id,
    postedSecondsAgo: row.posted_seconds_ago,
  }));
}

async function readReturnBy(database: Database, accountId: string, outputId: string): Promise<Date | null> {
  const { rows } = await database.query<{ return_by: Date | null }>({
    name: 'jobs.return_by',
    text: 'SELECT jobs.return_by($1, $2)',
    values: [accountId, outputId],
  });
  return only(rows).return_by;
}

async function secondsToReturn(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<number | null> {
  const { rows } = await database.query<{ seconds: number | null }>({
    name: 'jobs.seconds_to_return',
    text: 'SELECT jobs.seconds_to_return($1, $2) AS seconds',
    values: [accountId, outputId],
  });
  return only(rows).seconds;
}

/** Records that the result is in the asset store. A fenced attempt keeps it for support and stays fenced. */
async function recordAsset(
  database: Database,
  accountId: string,
  reference: string,
  asset: StoredAsset,
  provider: ProviderAccount,
): Promise<AttemptState> {
  const { rows } = await database.query<{ record_asset: AttemptState }>({
    name: 'jobs.record_asset',
    text: 'SELECT jobs.record_asset($1, $2, $3, $4, $5, $6, $7)',
    values: [
      accountId,
      reference,
      asset.sha256,
      asset.contentType,
      asset.bytes,
      provider.billed,
      provider.cost,
    ],
  });
  return only(rows).record_asset;
}

/** Records how a run failed; returns the attempt's state. A fenced or replaced one stays so. */
async function failAttempt(
  database: Database,
  accountId: string,
  reference: string,
  errorClass: string,
  provider: ProviderAccount,
): Promise<AttemptState> {
  const { rows } = await database.query<{ fail_attempt: AttemptState }>({
    name: 'jobs.fail_attempt',
    text: 'SELECT jobs.fail_attempt($1, $2, $3, $4, $5)',
    values: [accountId, reference, errorClass, provider.billed, provider.cost],
  });
  return only(rows).fail_attempt;
}

function only<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new RangeError('the database answered no row where there is always one');
  return row;
}
