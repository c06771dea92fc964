import { randomUUID } from 'node:crypto';
import { drawWebhookAddress } from '../../../activities/provider-webhooks/draw-webhook-address.ts';
import { attemptReferenceOf, outputIdOf } from '../../../domain/ids.ts';
import { createAttempts } from '../../../jobs/attempts/attempts.ts';
import { countWebhooks } from '../../../jobs/attempts/provider-webhooks.ts';
import type { ApiFixture } from '../api-fixture.ts';

/** An attempt that was posted to a service, and the address that it was given. */
export async function postAttempt(api: ApiFixture, provider: string) {
  const { accountId } = await api.openAccount();
  const { jobId } = await api.admitJob(accountId, randomUUID());
  const outputId = outputIdOf(jobId, 0);
  const reference = attemptReferenceOf({ accountId, outputId, stage: 'render', number: 1 });
  const { url, secretHash } = drawWebhookAddress('', provider, reference);
  const attempt = {
    accountId,
    jobId,
    outputId,
    stage: 'render',
    isFinal: true,
    number: 1,
    reference,
    provider,
    model: 'm',
  };
  await createAttempts(api.worker).begin(attempt, secretHash);
  const counted = async () =>
    (await countWebhooks(api.worker, [{ accountId, reference }])).get(reference) ?? 0;
  return { address: url, counted };
}
