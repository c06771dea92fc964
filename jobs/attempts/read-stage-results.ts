import type { Database } from '../../ledger/database.ts';
import type { StoredAsset } from './finish-attempt.ts';

/** The result of a part of a stage. */
export type StageResult = StoredAsset & {
  /** The part: `script`, `scenes_2`. */
  readonly stage: string;
};

type Row = { stage: string; sha256: string; content_type: string; bytes: string };

/** Reads the results that an output's stages have so far, one per part. */
export async function readStageResults(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<readonly StageResult[]> {
  const { rows } = await database.query<Row>({
    name: 'jobs.read_stage_results',
    text: `SELECT stage, sha256, content_type, bytes FROM jobs.read_attempts_of_output($1, $2) WHERE state = 'collected'`,
    values: [accountId, outputId],
  });
  // Of a repeated part the last attempt, which comes last.
  return [...new Map(rows.map((row) => [row.stage, row])).values()].map((row) => ({
    stage: row.stage,
    sha256: row.sha256,
    contentType: row.content_type,
    bytes: Number(row.bytes),
  }));
}
