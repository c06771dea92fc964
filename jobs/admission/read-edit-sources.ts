import { sourceIdsOf, type EditSource, type SourceOf } from '../../domain/work/work.ts';
import type { WorkItem } from '../../domain/work/job-request.ts';
import type { OutputState } from '../../domain/work/job-state.ts';
import type { Database } from '../../ledger/database.ts';

/** Why edits cannot be made, in the form of an admission's refusal. */
type SourceRefusal = {
  readonly code: 'not_found' | 'state_conflict';
  readonly reason: 'source_not_found' | 'source_not_delivered';
};

type EditSources =
  | { readonly outcome: 'found'; readonly sourceOf: SourceOf }
  | { readonly outcome: 'refused'; readonly refusal: SourceRefusal };

type Row = { output_id: string; state: OutputState; work: EditSource };

/**
 * The sources of the edits among these works (at least one). Another account's output is not found, and only a
 * delivered one can be edited.
 */
export async function readEditSources(
  database: Database,
  accountId: string,
  works: readonly WorkItem[],
): Promise<EditSources> {
  const ids = sourceIdsOf(works);
  const { rows } = await database.query<Row>({
    name: 'jobs.read_edit_sources',
    text: 'SELECT output_id, state, work FROM jobs.read_outputs($1, $2)',
    values: [accountId, ids],
  });
  if (rows.length < ids.length) return refused('not_found', 'source_not_found');
  if (rows.some((row) => row.state !== 'succeeded')) return refused('state_conflict', 'source_not_delivered');
  const sources = new Map(rows.map((row) => [row.output_id, row.work]));
  return { outcome: 'found', sourceOf: (outputId) => sources.get(outputId) };
}

function refused(code: SourceRefusal['code'], reason: SourceRefusal['reason']): EditSources {
  return { outcome: 'refused', refusal: { code, reason } };
}
