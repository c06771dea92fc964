import type { ReferenceAsset, ReferenceRefusal } from '../../domain/work/reference-assets.ts';
import type { Database } from '../../ledger/database.ts';

/** The state of an address: `mine` is for this caller to fetch, `busy` is being fetched by another output. */
export type ClaimedReference = {
  /** The position in the brief, from 1. */
  readonly position: number;
  readonly url: string;
  readonly state: 'mine' | 'busy' | 'kept' | 'refused';
  readonly refusal: ReferenceRefusal | null;
};

export type References = ReturnType<typeof createReferences>;

type OutputKey = { readonly accountId: string; readonly jobId: string; readonly outputId: string };

/** The pictures of briefs, kept once per job and address. */
export function createReferences(database: Database) {
  return {
    /** Claims what is not fetched yet, for a lease. Empty: the output has no pictures, or has ended. */
    async claim(output: OutputKey, leaseSeconds: number): Promise<readonly ClaimedReference[]> {
      const { rows } = await database.query<{
        place: number;
        url: string;
        state: ClaimedReference['state'];
        refusal: ReferenceRefusal | null;
      }>({
        name: 'jobs.claim_references',
        text: 'SELECT place, url, state, refusal FROM jobs.claim_references($1, $2, $3, $4) ORDER BY place',
        values: [output.accountId, output.jobId, output.outputId, leaseSeconds],
      });
      return rows.map(({ place, ...row }) => ({ ...row, position: place }));
    },

    /** Records the result for an address. The first result stands. */
    async resolve(
      { accountId, jobId }: OutputKey,
      url: string,
      result: { readonly asset: ReferenceAsset } | { readonly refusal: ReferenceRefusal },
    ): Promise<void> {
      const asset = 'asset' in result ? result.asset : null;
      const refusal = 'refusal' in result ? result.refusal : null;
      await database.query({
        name: 'jobs.resolve_reference',
        text: 'SELECT jobs.resolve_reference($1, $2, $3, $4, $5, $6, $7)',
        values: [
          accountId,
          jobId,
          url,
          refusal,
          asset?.sha256 ?? null,
          asset?.content_type ?? null,
          asset?.bytes ?? null,
        ],
      });
    },
  };
}
