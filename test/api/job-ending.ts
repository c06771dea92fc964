import { Readable } from 'node:stream';
import { failureOf } from '../../domain/work/failures.ts';
import { attemptReferenceOf, outputIdOf, reservationIdOf } from '../../domain/ids.ts';
import { createAttempts } from '../../jobs/attempts/attempts.ts';
import { createSettleOutput } from '../../jobs/outputs/settle-outputs.ts';
import type { ApiFixture } from './api-fixture.ts';

function keyOf(accountId: string, jobId: string) {
  const outputId = outputIdOf(jobId, 0);
  return { accountId, jobId, outputId, reservationId: reservationIdOf(outputId) };
}

/** Delivers a job of one output, as the activities would: an attempt, an asset, a charge. Returns the output's id. */
export async function deliver(api: ApiFixture, accountId: string, jobId: string, content: Buffer) {
  const attempts = createAttempts(api.worker);
  const key = keyOf(accountId, jobId);
  const reference = attemptReferenceOf({ ...key, stage: 'render', number: 1 });
  await attempts.begin({
    ...key,
    stage: 'render',
    isFinal: true,
    number: 1,
    reference,
    provider: 'local',
    model: 'local/render',
  });
  await attempts.move(accountId, reference, { from: ['posting'], to: 'accepted', providerJobId: 'p' });
  const asset = await api.assets.put(Readable.from([content]));
  await attempts.recordAsset(
    accountId,
    reference,
    { sha256: asset.sha256, contentType: 'image/png', bytes: asset.bytes },
    { billed: 'yes', cost: null, isFinal: false },
  );
  await createSettleOutput(api.worker)({ ...key, verb: 'commit', credits: 35 });
  return { outputId: key.outputId, sha256: asset.sha256 };
}

/** Ends a job of one output with its credits returned. */
export async function fail(
  api: ApiFixture,
  accountId: string,
  jobId: string,
  code: 'provider_failed' | 'canceled' = 'provider_failed',
): Promise<void> {
  await createSettleOutput(api.worker)({
    ...keyOf(accountId, jobId),
    verb: 'release',
    failure: failureOf(code),
    expiredGrantPolicy: 'return_grant',
  });
}
