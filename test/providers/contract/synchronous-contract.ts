import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringInResult } from '../../../activities/attempts/bring-in-result.ts';
import { createCheckContent } from '../../../activities/content/check-content.ts';
import type { AssetStore } from '../../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../../assets/disk-asset-store.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { createContractFixture, NEVER } from './contract-fixture.ts';
import type { SynchronousSubject } from './dialect.ts';
import { answering, answeringLate } from './fake-service.ts';

/** The contract of a service whose response to a post is the run. */
export function describeSynchronousRuns(subject: SynchronousSubject): void {
  const start = createContractFixture(subject);
  const { dialect, mediaType } = subject;
  const checkContent = createCheckContent();
  let assets: AssetStore;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const temporary = await makeTemporaryHome('contract');
    assets = createDiskAssetStore(temporary.home);
    remove = temporary.remove;
  });
  afterAll(() => remove());

  /** Submits with a response of these files, and brings in the result. */
  async function bringIn(...files: readonly Buffer[]) {
    const { fake, provider, submit } = await start();
    fake.setFaults({ submission: answering(dialect.answerOf(...files)) });
    const result = await submit();
    if (result.outcome !== 'ended' || result.end.state !== 'succeeded')
      throw new Error(`it has not succeeded: ${JSON.stringify(result)}`);
    const expected = { mediaTypes: [mediaType] };
    return bringInResult({ provider, assets, checkContent }, result.end.files, expected, NEVER);
  }

  describe('a run', () => {
    it('that is slow ends with its response, after one post', async () => {
      const { fake, submit } = await start(2_000);
      fake.setFaults({ submission: answeringLate(600) });
      expect(await submit()).toMatchObject({
        outcome: 'ended',
        providerJobId: 'req_1',
        end: { state: 'succeeded', billed: 'yes' },
      });
      expect([fake.wire.posts(), fake.wire.connections(), fake.taken()]).toEqual([1, 1, 1]);
    });

    it('has its result in the response, and the bytes decide its type', async () => {
      expect(await bringIn(dialect.usual)).toMatchObject({
        outcome: 'stored',
        asset: { bytes: dialect.usual.length, contentType: mediaType },
      });
    });

    it('without an output has failed', async () => {
      const { fake, submit } = await start();
      fake.setFaults({ submission: answering(dialect.answerOf()) });
      expect(await submit()).toMatchObject({
        outcome: 'ended',
        end: { state: 'failed', reason: 'zero_outputs', billed: 'yes' },
      });
    });

    it.each(dialect.failures)('with $what in its response has failed', async ({ answer, end }) => {
      const { fake, submit } = await start();
      fake.setFaults({ submission: answering(answer) });
      expect(await submit()).toMatchObject({ outcome: 'ended', end });
    });

    it.each(subject.badContents)('whose result is $what is never charged', async ({ content }) => {
      expect(await bringIn(content)).toEqual({ outcome: 'failed', code: 'bad_content' });
    });

    it('cannot be looked up, identified, polled or canceled', async () => {
      const { fake, provider, submit } = await start();
      await submit();
      expect(await provider.lookup('att_a_0_render_1', NEVER)).toEqual({ outcome: 'unknown' });
      expect(await provider.identify('req_1', NEVER)).toEqual({ outcome: 'unsupported' });
      expect(await provider.poll('req_1', NEVER)).toMatchObject({ state: 'gone' });
      expect(await provider.cancel('req_1', NEVER)).toBe('unsupported');
      expect(fake.requests, 'nothing but the post').toHaveLength(1);
      expect(provider.capabilities).toMatchObject({ completion: 'answer', lookup: 'none' });
    });
  });
}
