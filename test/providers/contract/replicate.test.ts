import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { answering, takingAndOverlaying, takingAndResetting } from './fake-service.ts';
import { createContractFixture, NEVER } from './contract-fixture.ts';
import { describeProviderContract } from './provider-contract.ts';
import { REPLICATE } from './subjects.ts';

describe('the replicate adapter', () => {
  describeProviderContract(REPLICATE);
});

describe('a prediction', () => {
  const start = createContractFixture(REPLICATE);

  it('has a deadline at Replicate, and a webhook for its end only', async () => {
    const { fake, accept } = await start();
    await accept();
    expect(fake.requests[0]).toMatchObject({
      path: '/v1/models/black-forest-labs/flux-schnell/predictions',
      headers: { 'cancel-after': '3660s' },
      json: { webhook_events_filter: ['completed'] },
    });
  });

  it.each([201, 202])(
    'is made by a %i that has no output and no error, as in Replicate’s own example',
    async (status) => {
      const { fake, submit } = await start();
      const body = {
        id: 'gm3qorzdhgbfurvjtvhg6dckhu',
        status: 'starting',
        created_at: '2026-11-29T16:19:34.765994657Z',
      };
      fake.setFaults({ submission: answering({ status, body }) });
      expect(await submit()).toEqual({ outcome: 'accepted', providerJobId: body.id });
    },
  );

  it('aborted before it ran is not billed, and may run again', async () => {
    const { fake, provider, accept } = await start();
    const id = await accept();
    const body = { id, status: 'aborted', output: null, error: null };
    fake.setFaults({ other: ({ response }) => response.writeHead(200).end(JSON.stringify(body)) });
    expect(await provider.poll(id, NEVER)).toMatchObject({
      state: 'failed',
      errorClass: 'interrupted',
      billed: 'no',
    });
  });

  it('is billed for its predict time, canceled or not; an odd time is left out', async () => {
    const { fake, provider, accept } = await start();
    const id = await accept();
    const says = (fields: object) => {
      const body = { id, output: ['https://x.test/1.png'], error: null, ...fields };
      fake.setFaults({ other: ({ response }) => response.writeHead(200).end(JSON.stringify(body)) });
    };
    says({ status: 'succeeded', metrics: { predict_time: 1.2345, total_time: 9 } });
    expect(await provider.poll(id, NEVER)).toMatchObject({ billed: 'yes', cost: null, seconds: '1.2345' });
    says({ status: 'canceled', started_at: '2026-05-01T00:00:00Z', metrics: { predict_time: 0.5 } });
    expect(await provider.poll(id, NEVER)).toMatchObject({ billed: 'yes', seconds: '0.5' });
    for (const metrics of [
      undefined,
      null,
      {},
      { predict_time: '1e9' },
      { predict_time: -1 },
      { predict_time: 1e-9 },
    ]) {
      says({ status: 'succeeded', metrics });
      expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'succeeded', seconds: null });
    }
  });

  it('gets small files in its input and larger ones by upload; a file above the limit is an error', async () => {
    const { fake, provider } = await start();
    const fileOf = (sha256: string, bytes: number) => ({
      ...{ contentType: 'image/png', bytes, sha256 },
      open: () => Promise.resolve(Readable.from([Buffer.alloc(bytes)])),
    });
    const names = await provider.uploadInputs([fileOf('small', 9), fileOf('large', 300_000)], NEVER);
    expect([...names]).toEqual([
      ['small', expect.stringMatching(/^data:image\/png;base64,/)],
      ['large', 'https://api.replicate.com/v1/files/file_1'],
    ]);
    expect(fake.requests).toHaveLength(1);
    expect(fake.requests[0]).toMatchObject({
      ...{ method: 'POST', path: '/v1/files' },
      headers: {
        authorization: 'Bearer r8_key_of_this_test',
        'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/) as string,
      },
    });
    fake.setFaults({ other: answering({ status: 500, body: {} }) });
    await expect(provider.uploadInputs([fileOf('large', 300_000)], NEVER)).rejects.not.toThrow(RangeError);
    await expect(provider.uploadInputs([fileOf('vast', 65 * 1024 * 1024)], NEVER)).rejects.toThrow(
      RangeError,
    );
  });

  describe('whose response was lost', () => {
    const POSTED_SECONDS_AGO = 3_600;
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();

    /** Day-old predictions, the lost one if it says when it was made, and newer ones, by a clock that is minutes behind. */
    async function lost(numbers: { older: number; madeAt?: string; newer: number }) {
      const { fake, provider, submit } = await start();
      const others = (count: number, madeAt: string) => {
        for (let nth = 0; nth < count; nth++)
          fake.jobs.add(`other${String(fake.taken())}`, { input: {} }).madeAt = madeAt;
      };
      others(numbers.older, ago(24 * 3_600));
      if (numbers.madeAt !== undefined) {
        fake.setFaults({ submission: takingAndResetting });
        expect(await submit('att_lost_0_render_1')).toMatchObject({ outcome: 'unknown' });
        const made = fake.jobs.all().at(-1);
        if (made !== undefined) made.madeAt = numbers.madeAt;
      }
      others(numbers.newer, ago(POSTED_SECONDS_AGO + 200));
      const pages = () =>
        fake.requests.filter(({ method, path }) => method === 'GET' && path === '/v1/predictions').length;
      const lookup = (postedSecondsAgo?: number) =>
        provider.lookup('att_lost_0_render_1', NEVER, postedSecondsAgo);
      return { fake, pages, lookup };
    }

    it('is found on a later page, and though Replicate’s clock is minutes behind', async () => {
      const { lookup, pages } = await lost({ older: 50, madeAt: ago(POSTED_SECONDS_AGO + 240), newer: 250 });
      expect(await lookup(POSTED_SECONDS_AGO)).toMatchObject({ outcome: 'found' });
      expect(pages()).toBe(3);
    });

    it('is not searched for among those that were made before its submission', async () => {
      const { lookup, pages } = await lost({ older: 250, newer: 50 });
      expect(await lookup(POSTED_SECONDS_AGO)).toEqual({ outcome: 'not_found' });
      expect(pages()).toBe(1);
      // Where the time of the submission is not known, all of them are looked through.
      expect(await lookup()).toEqual({ outcome: 'not_found' });
      expect(pages()).toBe(1 + 3);
    });

    it('is searched for on five pages at most, and stays unknown when none of them reaches its submission', async () => {
      const { lookup, pages } = await lost({ older: 50, madeAt: ago(POSTED_SECONDS_AGO), newer: 600 });
      expect(await lookup(POSTED_SECONDS_AGO)).toEqual({ outcome: 'unknown' });
      expect(pages()).toBe(5);
    });

    it('is not searched for at another host that the list names as its next page', async () => {
      const { fake, lookup, pages } = await lost({ older: 0, madeAt: ago(POSTED_SECONDS_AGO), newer: 150 });
      const other = await start();
      const next = `${other.fake.url}/v1/predictions?cursor=100`;
      fake.setFaults({ other: takingAndOverlaying({ next }) });
      expect(await lookup(POSTED_SECONDS_AGO)).toEqual({ outcome: 'unknown' });
      expect([pages(), other.fake.requests.length]).toEqual([1, 0]);
    });
  });

  it('with a text as output has the text as its result', async () => {
    const { fake, provider, accept } = await start();
    const id = await accept();
    const body = { id, status: 'succeeded', output: ['{ "scenes"', ': [] }'], error: null };
    fake.setFaults({ other: ({ response }) => response.writeHead(200).end(JSON.stringify(body)) });
    const files = [{ at: 'answer', content: Buffer.from('{ "scenes": [] }') }];
    expect(await provider.poll(id, NEVER)).toMatchObject({ state: 'succeeded', files });
  });
});
