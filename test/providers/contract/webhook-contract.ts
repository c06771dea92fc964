import { describe, expect, it } from 'vitest';
import { createContractFixture } from './contract-fixture.ts';
import type { ContractSubject } from './dialect.ts';

const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const SIX_MINUTES_MS = 6 * 60_000;

/** The contract of webhooks: a submission carries their address, and only the service can sign them. */
export function describeWebhooks(subject: ContractSubject): void {
  const { webhooks } = subject;
  const start = createContractFixture(subject);

  it('a submission has a webhook address if its service sends webhooks', async () => {
    const { provider, fake, accept } = await start();
    expect(provider.capabilities.sendsWebhooks).toBe(webhooks !== undefined);
    await accept();
    const [submission] = fake.requests;
    const address = submission === undefined ? null : subject.dialect.webhookAddressOf?.(submission);
    if (webhooks !== undefined)
      expect(address).toMatch(
        new RegExp(
          `^https://holdfast.test/v1/provider_webhooks/${subject.name}/att_a_0_render_1\\.[\\w-]{43}$`,
        ),
      );
  });

  if (webhooks === undefined) return;
  const { verify } = webhooks;
  const body = Buffer.from(JSON.stringify(webhooks.bodyOf('job_1')));

  describe('a webhook', () => {
    it('is verified as signed, with the same event when it is sent again', async () => {
      const headers = webhooks.sign(body, 'event_1', NOW_MS);
      expect(await verify(body, headers, NOW_MS)).toEqual({ event: 'event_1', job: 'job_1' });
      expect(await verify(body, headers, NOW_MS + 1_000)).toEqual({ event: 'event_1', job: 'job_1' });
    });

    it('is refused without a signature', async () => {
      expect(await verify(body, {}, NOW_MS)).toBeNull();
      expect(await verify(Buffer.from('nonsense'), {}, NOW_MS)).toBeNull();
    });

    it('is refused if it was changed, is six minutes old, or is dated six minutes ahead', async () => {
      const headers = webhooks.sign(body, 'event_1', NOW_MS);
      const changed = Buffer.from(body.toString().replace('job_1', 'job_2'));
      expect(await verify(changed, headers, NOW_MS)).toBeNull();
      expect(await verify(body, headers, NOW_MS + SIX_MINUTES_MS)).toBeNull();
      expect(await verify(body, headers, NOW_MS - SIX_MINUTES_MS)).toBeNull();
      for (const name of Object.keys(headers)) {
        expect(await verify(body, { ...headers, [name]: undefined }, NOW_MS), name).toBeNull();
        expect(await verify(body, { ...headers, [name]: 'x' }, NOW_MS), name).toBeNull();
        expect(await verify(body, { ...headers, [name]: ['x'] }, NOW_MS), name).toBeNull();
      }
    });
  });
}
