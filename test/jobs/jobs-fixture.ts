import { createLedgerFixture, type LedgerFixture } from '../ledger/ledger-fixture.ts';

type Row = Record<string, unknown>;

export type JobsFixture = LedgerFixture & {
  readonly admit: (items: readonly object[]) => Promise<Row[]>;
  readonly settleOutputs: (items: readonly object[]) => Promise<Row[]>;
  /** Calls a function of jobs by name; returns its rows. */
  readonly call: (name: string, ...values: readonly unknown[]) => Promise<Row[]>;
  /** An output of an admitted job: posted, accepted and its asset stored. */
  readonly bringToAsset: (accountId: string, jobId: string, index?: number) => Promise<void>;
  /** A job of the one output, admitted, posted, accepted and its asset stored: all but charged. */
  readonly runToAsset: (accountId: string, jobId: string) => Promise<void>;
};

export async function createJobsFixture(): Promise<JobsFixture> {
  const ledger = await createLedgerFixture();
  const call = async (name: string, ...values: readonly unknown[]): Promise<Row[]> => {
    const holes = values.map((_, index) => `$${String(index + 1)}`).join(', ');
    const { rows } = await ledger.worker.query<Row>(`SELECT * FROM jobs.${name}(${holes})`, [...values]);
    return rows;
  };
  /** What a call leaves undone, since it has held its locks for long enough, is sent again: as group commit does. */
  const callForAll = async (name: string, items: readonly object[]): Promise<Row[]> => {
    const rows = await call(name, JSON.stringify(items));
    const isDone = rows.length === 0 || rows.length >= items.length;
    return isDone ? rows : [...rows, ...(await callForAll(name, items.slice(rows.length)))];
  };
  const admit = (items: readonly object[]) => callForAll('admit', items);
  const bringToAsset = async (accountId: string, jobId: string, index = 0) => {
    const reference = attemptOf(jobId, 1, index);
    await call(
      'begin_attempt',
      accountId,
      jobId,
      outputOf(jobId, index),
      'render',
      1,
      reference,
      'local',
      'test',
      true,
    );
    await call('move_attempt', accountId, reference, ['posting'], 'accepted', 'p1', null);
    await call('record_asset', accountId, reference, 'f00d', 'image/png', 100, 'yes', null);
  };
  return {
    ...ledger,
    call,
    admit,
    settleOutputs: async (items) =>
      (await callForAll('settle', items)).map((row) => ({
        ...row,
        committed: row['committed'] === null ? null : Number(row['committed']),
        released: row['released'] === null ? null : Number(row['released']),
      })),
    bringToAsset,
    runToAsset: async (accountId, jobId) => {
      await admit([jobItem(accountId, jobId)]);
      await bringToAsset(accountId, jobId);
    },
  };
}

export function outputOf(jobId: string, index = 0): string {
  return `out_${jobId}_${String(index)}`;
}

export function reservationOf(jobId: string, index = 0): string {
  return `rsv_${jobId}_${String(index)}`;
}

export function attemptOf(jobId: string, number = 1, index = 0): string {
  return `att_${jobId}_${String(index)}_render_${String(number)}`;
}

/** The id of an output's review of a number. */
export function reviewOf(jobId: string, number = 1, index = 0): string {
  return `rev_${jobId}_${String(index)}_${String(number)}`;
}

/** A job of static ads at 35 credits. */
export function jobItem(accountId: string, jobId: string, other: object = {}, outputs = 1): object {
  const total = 35 * outputs;
  return {
    account_id: accountId,
    job_id: jobId,
    fingerprint: `print of ${jobId}`,
    request: { kind: 'static_ad' },
    admit_by: new Date(Date.now() + 60_000).toISOString(),
    price_list: 1,
    total,
    work_fingerprint: `work of ${jobId}`,
    force: false,
    kind: 'static_ad',
    metadata: {},
    model: 'local/render',
    provider: 'local',
    expected_seconds: 10,
    deadline_seconds: 900,
    outputs: Array.from({ length: outputs }, (_, index) => ({
      output_id: outputOf(jobId, index),
      reservation_id: reservationOf(jobId, index),
      item: 0,
      variation: index,
      credits: 35,
      work: { kind: 'static_ad' },
    })),
    ...other,
  };
}

export function commitOf(accountId: string, jobId: string, other: object = {}, index = 0): object {
  return { ...endOf(accountId, jobId, index), verb: 'commit', credits: 35, failure: null, ...other };
}

export function releaseOf(accountId: string, jobId: string, code = 'provider_failed', index = 0): object {
  const failure = { code, at_fault: 'provider', detail: 'It failed.', retryable: true };
  return { ...endOf(accountId, jobId, index), verb: 'release', credits: null, failure };
}

function endOf(accountId: string, jobId: string, index = 0): object {
  return {
    account_id: accountId,
    job_id: jobId,
    output_id: outputOf(jobId, index),
    reservation_id: reservationOf(jobId, index),
    expired_policy: 'return_grant',
    return_grant_hours: 72,
  };
}
