import { cancellationSignal, sleep } from '@temporalio/activity';
import type { FailureCode } from '../../domain/failures.ts';
import type { Attempt } from '../../domain/output-plan.ts';
import { AssetTooLarge, type Asset, type AssetStore } from '../../assets/asset-store.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';
import { matchesMediaType } from './matches-media-type.ts';
import type { PollResult, Provider, ProviderFile } from '../providers/provider.ts';

export type Stored =
  | { readonly outcome: 'made' }
  | { readonly outcome: 'failed'; readonly code: FailureCode }
  /** Support has put another attempt in its place, or the reservation has ended. */
  | { readonly outcome: 'replaced' | 'fenced' }
  /** The provider has to be polled first: its link has expired, or the transfer broke. */
  | { readonly outcome: 'again' };

/** Brings the result of a finished job into the asset store and onto its attempt. */
export async function storeResult(context: {
  readonly provider: Provider;
  readonly providerJobId: string;
  readonly attempt: Attempt;
  readonly assets: AssetStore;
  readonly attempts: Attempts;
  readonly poll: PollResult & { readonly state: 'succeeded' };
}): Promise<Stored> {
  const { provider, attempt } = context;
  const collected = await provider.collect(context.providerJobId, cancellationSignal(), context.poll.files);
  switch (collected.outcome) {
    case 'zero_outputs':
      return { outcome: 'failed', code: 'zero_outputs' };
    case 'link_expired':
      return { outcome: 'again' };
    case 'unavailable':
      await sleep(collected.retryAfterMs);
      return { outcome: 'again' };
    case 'files':
      break;
  }
  const file = collected.files[0];
  if (file === undefined) return { outcome: 'failed', code: 'zero_outputs' };
  for (const spare of collected.files.slice(1)) spare.content.destroy();

  const asset = await storeFile(context.assets, file);
  if (asset === 'broken_transfer') return { outcome: 'again' };
  if (asset === 'too_large' || !(await matchesMediaType(attempt.mediaType, file, asset, context.assets)))
    return { outcome: 'failed', code: 'bad_content' };
  const state = await context.attempts.recordAsset(
    attempt.accountId,
    attempt.reference,
    { sha256: asset.sha256, contentType: file.contentType, bytes: asset.bytes },
    { billed: context.poll.billed, cost: context.poll.cost },
  );
  return { outcome: state === 'replaced' || state === 'fenced' ? state : 'made' };
}

async function storeFile(
  assets: AssetStore,
  file: ProviderFile,
): Promise<Asset | 'too_large' | 'broken_transfer'> {
  let transferError: unknown;
  file.content.once('error', (error: unknown) => (transferError = error));
  try {
    return await assets.put(file.content, { signal: cancellationSignal() });
  } catch (error) {
    if (error instanceof AssetTooLarge) return 'too_large';
    if (error === transferError && !cancellationSignal().aborted) return 'broken_transfer';
    throw error;
  }
}
