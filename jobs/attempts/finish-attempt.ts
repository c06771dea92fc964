import type { AttemptCost, SaidOfCost } from '../../domain/prices/run-cost.ts';
import type { Database } from '../../ledger/database.ts';
import type { AttemptState } from './attempt-status.ts';
import { onlyRow } from '../../ledger/only-row.ts';

export type StoredAsset = {
  readonly sha256: string;
  readonly contentType: string;
  readonly bytes: number;
  /** Whether a picture carries a C2PA manifest; null or absent: it is no picture. */
  readonly hasC2pa?: boolean | null;
};

/** What the run costs us at the provider. */
export type ProviderAccount = AttemptCost & { readonly billed: SaidOfCost['billed'] };

/**
 * Records that the result is in the asset store. A fenced attempt stays fenced, and keeps it for support.
 * @param synchronousRunId the provider's id of a run that was the answer to its post; null: it was accepted before.
 */
export async function recordAsset(
  database: Database,
  accountId: string,
  reference: string,
  asset: StoredAsset,
  provider: ProviderAccount,
  synchronousRunId: string | null = null,
): Promise<AttemptState> {
  const { rows } = await database.query<{ record_asset: AttemptState }>({
    name: 'jobs.record_asset',
    text: 'SELECT jobs.record_asset($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    values: [
      accountId,
      reference,
      asset.sha256,
      asset.contentType,
      asset.bytes,
      provider.billed,
      provider.cost,
      provider.isFinal,
      asset.hasC2pa ?? null,
      synchronousRunId,
    ],
  });
  return onlyRow(rows, 'jobs.record_asset').record_asset;
}

/**
 * Records how a run failed and returns the attempt's state. A fenced or replaced one stays so. `synchronousRunId`: see
 * recordAsset.
 */
export async function failAttempt(
  database: Database,
  accountId: string,
  reference: string,
  errorClass: string,
  provider: ProviderAccount,
  synchronousRunId: string | null = null,
): Promise<AttemptState> {
  const { rows } = await database.query<{ fail_attempt: AttemptState }>({
    name: 'jobs.fail_attempt',
    text: 'SELECT jobs.fail_attempt($1, $2, $3, $4, $5, $6, $7)',
    values: [
      accountId,
      reference,
      errorClass,
      provider.billed,
      provider.cost,
      provider.isFinal,
      synchronousRunId,
    ],
  });
  return onlyRow(rows, 'jobs.fail_attempt').fail_attempt;
}
