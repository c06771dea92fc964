import { expect, it } from 'vitest';
import { createContractFixture } from './contract-fixture.ts';
import type { ContractSubject } from './dialect.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const SIX_MINUTES_MS = 6 * 60_000;

/** The contract of what a service tells us by itself: a hint at most. */
export function describeWebhooks(subject: ContractSubject): void {
  const { signWebhook, webhookOf } = subject;
  if (webhookOf === undefined) return;
  const start = createContractFixture(subject);
  const body = Buffer.from(JSON.stringify(webhookOf('job_1')));

  it('a webhook without a signature is forged where the service signs, and a bare hint where it does not', async () => {
    const { provider } = await start();
    const parsed = provider.parseWebhook(body, {}, NOW_MS);
    if (signWebhook === undefined) expect(parsed).toEqual({ verdict: 'unsigned', providerJobId: 'job_1' });
    else expect(parsed).toEqual({ verdict: 'forged' });
  });

  it('a webhook that is no message of the service names no job', async () => {
    const { provider } = await start();
    const parsed = provider.parseWebhook(Buffer.from('nonsense'), {}, NOW_MS);
    if (signWebhook === undefined) expect(parsed).toEqual({ verdict: 'unsigned', providerJobId: null });
    else expect(parsed).toEqual({ verdict: 'forged' });
  });

  it.skipIf(signWebhook === undefined)(
    'a webhook is verified as it was signed, and alike when it comes again',
    async () => {
      const { provider } = await start();
      const headers = signWebhook!(body, 'event_1', NOW_MS);
      const verified = { verdict: 'verified', providerJobId: 'job_1', eventId: 'event_1' };
      expect(provider.parseWebhook(body, headers, NOW_MS)).toEqual(verified);
      expect(provider.parseWebhook(body, headers, NOW_MS + 1_000)).toEqual(verified);
    },
  );

  it.skipIf(signWebhook === undefined)(
    'a webhook that was changed, or is sent again much later or from the future, is forged',
    async () => {
      const { provider } = await start();
      const headers = signWebhook!(body, 'event_1', NOW_MS);
      const changed = Buffer.from(body.toString().replace('job_1', 'job_2'));
      const forged = { verdict: 'forged' };
      expect(provider.parseWebhook(changed, headers, NOW_MS)).toEqual(forged);
      expect(provider.parseWebhook(body, headers, NOW_MS + SIX_MINUTES_MS)).toEqual(forged);
      expect(provider.parseWebhook(body, headers, NOW_MS - SIX_MINUTES_MS)).toEqual(forged);
      for (const name of Object.keys(headers)) {
        expect(provider.parseWebhook(body, { ...headers, [name]: undefined }, NOW_MS), name).toEqual(forged);
        expect(provider.parseWebhook(body, { ...headers, [name]: 'x' }, NOW_MS), name).toEqual(forged);
      }
    },
  );
}
