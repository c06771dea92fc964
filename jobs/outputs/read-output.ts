import type { OutputState } from '../../domain/job-state.ts';
import type { Database } from '../../ledger/database.ts';

/** An output as its customer may read it. The asset's fields are null until it is charged for. */
export type StoredOutput = {
  readonly outputId: string;
  readonly jobId: string;
  readonly state: OutputState;
  readonly asset: { readonly sha256: string; readonly contentType: string; readonly bytes: number } | null;
};

type Row = {
  output_id: string;
  job_id: string;
  state: OutputState;
  sha256: string | null;
  content_type: string | null;
  bytes: string | null;
};

/** One output of an account; null when the account has no such output. */
export async function readOutput(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<StoredOutput | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_output',
    text: 'SELECT output_id, job_id, state, sha256, content_type, bytes FROM jobs.read_output($1, $2)',
    values: [accountId, outputId],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const { sha256, content_type: contentType, bytes } = row;
  const isStored = row.state === 'succeeded' && sha256 !== null && contentType !== null && bytes !== null;
  return {
    outputId: row.output_id,
    jobId: row.job_id,
    state: row.state,
    asset: isStored ? { sha256, contentType, bytes: Number(bytes) } : null,
  };
}
