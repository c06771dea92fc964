import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createInstantRenderer } from '../../model-service/instant-renderer.ts';
import { startService, type RunningService } from './running-service.ts';
import { serviceClient } from './service-client.ts';

const running: RunningService[] = [];

async function start(options: Parameters<typeof startService>[0] = {}): Promise<RunningService> {
  const service = await startService(options);
  running.push(service);
  return service;
}

afterEach(async () => {
  for (const service of running.splice(0)) await service.dispose();
});

describe('bad requests', () => {
  it.each([
    ['no reference', { input: { kind: 'static_ad' } }],
    ['an unknown kind', { reference: 'att_1', input: { kind: 'poem' } }],
    ['a duration there is not', { reference: 'att_1', input: { kind: 'video_ad', duration_seconds: 17 } }],
    [
      'a webhook that is no URL',
      { reference: 'att_1', input: { kind: 'static_ad' }, webhook: 'file:///etc' },
    ],
  ])('answers 422 to %s', async (_what, body) => {
    const client = serviceClient((await start()).url);
    const answer = await client.post('/v1/predictions', body);
    expect([answer.status, answer.body.error?.code]).toEqual([422, 'bad_input']);
  });

  it('responds 413 to a body over 1 MiB and 404 to an unknown path', async () => {
    const client = serviceClient((await start()).url);
    const large = await client.submit('att_1', { brief: { headline: 'x', padding: 'x'.repeat(1_100_000) } });
    expect(large.status).toBe(413);
    expect((await client.read('pred_unknown')).status).toBe(404);
    expect((await client.cancel('pred_unknown')).status).toBe(404);
    expect((await client.ask('/files/forged')).status).toBe(404);
  });
});

describe('the queue', () => {
  it('runs as many at once as it may and tells the others their position', async () => {
    const service = await start({
      maxProcessing: 1,
      createRenderer: (files) => createInstantRenderer(files, 60_000),
    });
    const client = serviceClient(service.url);
    const [running1, next, last] = [
      await client.submit('att_a_1'),
      await client.submit('att_b_1'),
      await client.submit('att_c_1'),
    ];
    const positions = await Promise.all(
      [running1, next, last].map(async ({ body }) => {
        const { status, queue_position: position } = (await client.read(body.id)).body;
        return [status, position];
      }),
    );
    expect(positions).toEqual([
      ['processing', null],
      ['starting', 0],
      ['starting', 1],
    ]);
    await client.cancel(running1.body.id);
    expect((await client.waitFor(next.body.id, 'processing')).queue_position).toBeNull();
  });

  it('does not let jobs that never finish take the place of others', async () => {
    const client = serviceClient((await start({ maxProcessing: 1 })).url);
    await client.submit('att_a_1', { test_scenario: 'never_finishes' });
    await client.submit('att_b_1', { test_scenario: 'never_starts' });
    const { body } = await client.submit('att_c_1');
    expect((await client.waitFor(body.id, 'succeeded')).status).toBe('succeeded');
  });
});

describe('a restart', () => {
  it('keeps predictions, references, counts and refusals, and resumes what was unfinished', async () => {
    const before = await startService({ createRenderer: (files) => createInstantRenderer(files, 60_000) });
    const first = serviceClient(before.url);
    const unfinished = await first.submit('att_a_0_render_1');
    await first.submit('att_b_0_render_1', { test_scenario: 'unavailable_once' });
    const canceled = await first.submit('att_c_0_render_1');
    await first.cancel(canceled.body.id);
    await before.stop();

    for (const _restart of [1, 2]) {
      const after = await startService({ home: before.home });
      const second = serviceClient(after.url);
      await second.waitFor(unfinished.body.id, 'succeeded');
      expect((await second.read(canceled.body.id)).body.status).toBe('canceled');
      expect((await second.find('att_a_0_render_1')).body.data).toHaveLength(1);
      expect((await second.counts('att_a_0_render_1')).body).toMatchObject({ accepted: 1, refused: 0 });
      // The last picture is counted out a moment after it can be read.
      await expect
        .poll(async () => (await second.ask('/v1/stats')).body)
        .toMatchObject({
          submissions: 2,
          refused: 1,
          in_flight: 0,
        });
      await after.stop();
    }
    const last = await start({ home: before.home });
    const again = await serviceClient(last.url).submit('att_b_0_render_2', {
      test_scenario: 'unavailable_once',
    });
    expect(again.status).toBe(201);
  });
});

describe('result links', () => {
  it('end after their lifetime, and a fresh read gives a new one', async () => {
    let now = 1_000_000;
    const service = await start({ clock: () => now, linkSeconds: 60 });
    const client = serviceClient(service.url);
    const { body } = await client.submit('att_a_1');
    const link = async (): Promise<string> =>
      (await client.waitFor(body.id, 'succeeded')).output?.[0]?.url ?? '';
    const old = await link();
    now += 59_000;
    expect((await fetch(old)).status).toBe(200);
    now += 1_000;
    expect((await fetch(old)).status).toBe(410);
    expect((await fetch(await link())).status).toBe(200);
  });
});

describe('webhooks', () => {
  it('post the ended prediction, again when the first try fails', async () => {
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(bodies.length === 1 ? 500 : 204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const webhook = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`;
    const client = serviceClient((await start()).url);
    // Its outcome is to stay unknown: a webhook would tell it.
    const lost = { test_scenario: 'unknown_outcome_lost' };
    await expect(client.submit('att_lost_1', lost, { webhook })).rejects.toThrow();
    const { body } = await client.submit('att_a_1', {}, { webhook });
    await expect.poll(() => bodies.length).toBe(2);
    expect(JSON.parse(bodies[1] ?? '')).toMatchObject({
      id: body.id,
      reference: 'att_a_1',
      status: 'succeeded',
    });
    expect(bodies.filter((one) => one.includes('att_lost_1'))).toEqual([]);
    receiver.close();
  });
});

describe('stats', () => {
  it('lists the references that begin with a prefix, accepted and refused apart', async () => {
    const client = serviceClient((await start()).url);
    await client.submit('att_x_0_render_1', { test_scenario: 'unavailable_once' });
    await client.submit('att_x_0_render_2', { test_scenario: 'unavailable_once' });
    await client.submit('att_y_0_render_1');
    const { body } = await client.ask('/v1/stats?reference_prefix=att_x');
    expect(body['by_reference']).toEqual({
      att_x_0_render_1: { accepted: 0, refused: 1 },
      att_x_0_render_2: { accepted: 1, refused: 0 },
    });
  });
});
