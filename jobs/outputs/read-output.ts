import type { OutputState } from '../../domain/work/job-state.ts';
import type { Database } from '../../ledger/database.ts';

/** An output as its customer may read it. The asset's fields are null until it is charged. */
type StoredOutput = {
  readonly state: OutputState;
  /** The retention of its kind is over: its content is refused, and removed by the sweep. */
  readonly isExpired: boolean;
  readonly asset: { readonly sha256: string; readonly contentType: string; readonly bytes: number } | null;
};

type Row = {
  state: OutputState;
  sha256: string | null;
  content_type: string | null;
  bytes: string | null;
  is_expired: boolean;
};

/** Reads one output; null: the account has no such output. */
export async function readOutput(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<StoredOutput | null> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_output',
    text: 'SELECT state, sha256, content_type, bytes, is_expired FROM jobs.read_outputs($1, $2)',
    values: [accountId, [outputId]],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const { sha256, content_type: contentType, bytes } = row;
  const isStored = row.state === 'succeeded' && sha256 !== null && contentType !== null && bytes !== null;
  return {
    state: row.state,
    isExpired: row.is_expired,
    asset: isStored ? { sha256, contentType, bytes: Number(bytes) } : null,
  };
}
