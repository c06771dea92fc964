import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type RunningService } from './running-service.ts';
import { serviceClient } from './service-client.ts';

let service: RunningService;
let client: ReturnType<typeof serviceClient>;

beforeAll(async () => {
  service = await startService();
  client = serviceClient(service.url);
});

afterAll(async () => {
  await service.dispose();
});

describe('scenario ok', () => {
  it('succeeds with a picture whose size and checksum are as declared', async () => {
    const { status, body } = await client.submit('att_ok_0_render_1', { test_scenario: 'ok' });
    expect(status).toBe(201);
    const done = await client.waitFor(body.id, 'succeeded');
    const [file] = done.output ?? [];
    const content = Buffer.from(await (await fetch(file?.url ?? '')).arrayBuffer());
    expect(content.length).toBe(file?.bytes);
    expect(content.subarray(1, 4).toString()).toBe('PNG');
    expect(done.metrics).toEqual({ billed: true, cost: '0.0040' });
  });

  it('succeeds with a film when one was asked for', async () => {
    const { body } = await client.submit('att_film_0_render_1', { kind: 'video_ad', duration_seconds: 15 });
    const [file] = (await client.waitFor(body.id, 'succeeded')).output ?? [];
    const content = Buffer.from(await (await fetch(file?.url ?? '')).arrayBuffer());
    expect(file?.content_type).toBe('video/mp4');
    expect(content.subarray(4, 8).toString()).toBe('ftyp');
  });

  it('makes a second prediction of the same reference, and counts both', async () => {
    const first = await client.submit('att_twice_0_render_1');
    const second = await client.submit('att_twice_0_render_1');
    expect(second.body.id).not.toBe(first.body.id);
    expect((await client.counts('att_twice_0_render_1')).body).toMatchObject({ accepted: 2, refused: 0 });
    expect((await client.find('att_twice_0_render_1')).body.data).toHaveLength(2);
  });
});

describe('scenarios refused at submission', () => {
  it('fails_before_start refuses every attempt with 503 failed_before_start and makes no prediction', async () => {
    for (const attempt of ['1', '2', '3']) {
      const reference = `att_before_0_render_${attempt}`;
      const { status, body } = await client.submit(reference, { test_scenario: 'fails_before_start' });
      expect([status, body.error?.code]).toEqual([503, 'failed_before_start']);
      expect((await client.find(reference)).body.data).toEqual([]);
      expect((await client.counts(reference)).body).toMatchObject({ accepted: 0, refused: 1 });
    }
  });

  it('moderated_input is refused with 422', async () => {
    const { status, body } = await client.submit('att_in_0_render_1', { test_scenario: 'moderated_input' });
    expect([status, body.error?.code]).toEqual([422, 'moderated_input']);
  });

  it.each([
    ['unavailable_once', 503, 'unavailable', null],
    ['rate_limited_once', 429, 'rate_limited', '1'],
  ])(
    '%s refuses the first attempt of an output and accepts the next',
    async (scenario, status, code, retryAfter) => {
      const stem = `att_${scenario.replaceAll('_', '')}_0_render`;
      const first = await client.submit(`${stem}_1`, { test_scenario: scenario });
      expect([first.status, first.body.error?.code]).toEqual([status, code]);
      expect(first.headers.get('retry-after')).toBe(retryAfter);
      const second = await client.submit(`${stem}_2`, { test_scenario: scenario });
      expect(second.status).toBe(201);
      const other = await client.submit(`${stem}x_1`, { test_scenario: scenario });
      expect(other.status).toBe(status);
    },
  );
});

describe('scenarios that end badly', () => {
  it.each([
    ['fails_after_start', 'failed', false],
    ['moderated_output', 'moderated_output', true],
  ])('%s runs and then fails', async (scenario, code, billed) => {
    const { body } = await client.submit(`att_${scenario}_0_render_1`, { test_scenario: scenario });
    expect((await client.waitFor(body.id, 'processing')).output).toBeNull();
    const ended = await client.waitFor(body.id, 'failed');
    expect([ended.error?.code, ended.metrics.billed, ended.output]).toEqual([code, billed, null]);
  });

  it('zero_outputs succeeds with nothing', async () => {
    const { body } = await client.submit('att_zero_0_render_1', { test_scenario: 'zero_outputs' });
    expect((await client.waitFor(body.id, 'succeeded')).output).toEqual([]);
  });

  it.each([
    ['static_ad', 'image/png', '<!doctype html>'],
    ['video_ad', 'video/mp4', 'ftyp'],
  ])('bad_content of a %s is a file that is not %s', async (kind, contentType, beginning) => {
    const { body } = await client.submit(`att_bad${kind}_0_render_1`, { kind, test_scenario: 'bad_content' });
    const [file] = (await client.waitFor(body.id, 'succeeded')).output ?? [];
    expect(file?.content_type).toBe(contentType);
    const content = await (await fetch(file?.url ?? '')).text();
    expect(content).toContain(beginning);
    expect(content.length).toBeLessThan(200);
  });
});

describe('scenarios that hang', () => {
  it.each([
    ['never_starts', 'starting'],
    ['never_finishes', 'processing'],
  ])('%s stays %s until it is cancelled, which is not billed', async (scenario, status) => {
    const { body } = await client.submit(`att_${scenario}_0_render_1`, { test_scenario: scenario });
    expect((await client.waitFor(body.id, status)).status).toBe(status);
    const canceled = await client.cancel(body.id);
    expect([canceled.status, canceled.body.status, canceled.body.metrics.billed]).toEqual([
      200,
      'canceled',
      false,
    ]);
    expect((await client.cancel(body.id)).status).toBe(409);
  });

  it('slow is still running when a fast one is done, and can be cancelled', async () => {
    const slow = await client.submit('att_slow_0_render_1', { test_scenario: 'slow' });
    const fast = await client.submit('att_fast_0_render_1');
    await client.waitFor(fast.body.id, 'succeeded');
    expect((await client.read(slow.body.id)).body.status).toBe('processing');
    expect((await client.cancel(slow.body.id)).body.status).toBe('canceled');
  });

  it('a job past its own deadline is cancelled by the service', async () => {
    const { body } = await client.submit(
      'att_deadline_0_render_1',
      { test_scenario: 'never_finishes' },
      { deadline_seconds: 0.2 },
    );
    const ended = await client.waitFor(body.id, 'canceled');
    expect(ended.error?.code).toBe('deadline');
  });
});

describe('scenarios that lose the answer', () => {
  it('unknown_outcome drops the connection, and the look-up finds the job, which succeeds', async () => {
    await expect(
      client.submit('att_lost_0_render_1', { test_scenario: 'unknown_outcome' }),
    ).rejects.toThrow();
    const [found] = (await client.find('att_lost_0_render_1')).body.data;
    expect(found?.reference).toBe('att_lost_0_render_1');
    await client.waitFor(found?.id ?? '', 'succeeded');
    expect((await client.counts('att_lost_0_render_1')).body).toMatchObject({ accepted: 1, refused: 0 });
  });

  it('unknown_outcome_lost drops the connection, and its look-up fails instead of finding nothing', async () => {
    await expect(
      client.submit('att_gone_0_render_1', { test_scenario: 'unknown_outcome_lost' }),
    ).rejects.toThrow();
    const found = await client.find('att_gone_0_render_1');
    expect([found.status, found.body.error?.code]).toEqual([503, 'lookup_unavailable']);
    expect((await client.find('att_never_seen_1')).body.data).toEqual([]);
  });

  it('expired_link_once gives a dead link first, and a good one after it was followed', async () => {
    const { body } = await client.submit('att_link_0_render_1', { test_scenario: 'expired_link_once' });
    const first = await client.waitFor(body.id, 'succeeded');
    expect((await fetch(first.output?.[0]?.url ?? '')).status).toBe(410);
    const second = await client.waitFor(body.id, 'succeeded');
    expect((await fetch(second.output?.[0]?.url ?? '')).status).toBe(200);
  });
});
