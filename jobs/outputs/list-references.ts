import type { ReferenceRefusal } from '../../domain/work/reference-assets.ts';
import type { Database } from '../../ledger/database.ts';

/** A picture of a brief. The asset is set when it was kept. */
export type StoredReference = {
  /** The position in the brief, from 1. */
  readonly number: number;
  readonly url: string;
  readonly state: 'fetching' | 'kept' | 'refused';
  readonly refusal: ReferenceRefusal | null;
  readonly isExpired: boolean;
  readonly asset: { readonly sha256: string; readonly contentType: string; readonly bytes: number } | null;
};

type Row = {
  place: number;
  url: string;
  state: StoredReference['state'];
  refusal: ReferenceRefusal | null;
  sha256: string | null;
  content_type: string | null;
  bytes: string | null;
  is_expired: boolean;
};

/** The pictures of an output's brief, in order; none of an output that the account does not have. */
export async function listReferences(
  database: Database,
  accountId: string,
  outputId: string,
): Promise<readonly StoredReference[]> {
  const { rows } = await database.query<Row>({
    name: 'jobs.list_references',
    text: 'SELECT * FROM jobs.list_references($1, $2) ORDER BY place',
    values: [accountId, outputId],
  });
  return rows.map(({ place, url, state, refusal, is_expired: isExpired, ...kept }) => {
    const { sha256, content_type: contentType, bytes } = kept;
    const asset =
      sha256 === null || contentType === null || bytes === null
        ? null
        : { sha256, contentType, bytes: Number(bytes) };
    return { number: place, url, state, refusal, isExpired, asset };
  });
}
