import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiFixture, type ApiFixture } from '../api-fixture.ts';
import { fail } from '../job-ending.ts';
import { runHoldfast } from './run-holdfast.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

let api: ApiFixture;
let account: string;
beforeAll(async () => {
  api = await createApiFixture();
  account = (await api.openAccount()).accountId;
});
afterAll(() => api.close());

const run = async (...args: readonly string[]) => {
  const ran = await runHoldfast(api, args);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  return ran.stdout;
};
const json = async <Body>(...args: readonly string[]) => JSON.parse(await run(...args, '--json')) as Body;

it('the webhook commands create, list, update, rotate, resend to and delete an endpoint', async () => {
  const url = 'https://example.com/hook';
  const made = await json<{ id: string; secret: string }>(
    ...['webhook', 'create', account, '--url', url, '--event', 'credits.low', 'job.failed'],
  );
  expect(made).toMatchObject({
    url,
    events: ['credits.low', 'job.failed'],
    secret: expect.any(String) as string,
  });
  expect(await run('webhook', 'list', account)).toContain(made.id);
  expect(await json('webhook', 'update', account, made.id, '--disable')).toMatchObject({ enabled: false });
  expect(await run('webhook', 'update', account, made.id, '--enable')).toContain('enabled');
  const rotated = await json<{ secret: string }>('webhook', 'rotate', account, made.id, '--grace', '60');
  expect(rotated.secret).not.toBe(made.secret);

  await api.owner.query(`SELECT jobs.tell($1, NULL, 'credits.low', '{}', ledger.lock($1))`, [account]);
  const { data } = await json<{ data: { id: string }[] }>('webhook', 'deliveries', account, made.id);
  expect(data).toMatchObject([{ type: 'credits.low', state: 'pending' }]);
  expect(await run('webhook', 'deliveries', account, made.id)).toContain('credits.low');
  expect(await run('webhook', 'resend', account, made.id, '--delivery', data[0]?.id ?? '')).toContain(
    'sent again',
  );
  const since = new Date(Date.now() - 60_000).toISOString();
  expect(await json('webhook', 'resend', account, made.id, '--since', since)).toEqual({
    resent: 1,
    last_sequence: 1,
  });
  expect(await run('webhook', 'delete', account, made.id)).toContain('deleted');
  expect(await run('webhook', 'list', account)).toContain('none');
});

it('the events command prints past events, and with --follow each new one', async () => {
  expect(await run('events', account, '--type', 'credits.low')).toMatch(/1 {2}\S+Z {2}credits\.low/);
  const following = runHoldfast(api, [
    'events',
    account,
    '--follow',
    '--count',
    '2',
    '--after',
    '1',
    '--json',
  ]);
  const { jobId } = await api.admitJob(account, 'followed');
  await fail(api, account, jobId);
  const { code, stdout } = await following;
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { sequence: number }).sequence),
  ).toEqual([2, 3]);
});

it('the listen command forwards events to a receiver on this machine, signed with the secret that it prints', async () => {
  const { url: to, received, close } = await startWebhookReceiver();
  const listening = runHoldfast(api, ['listen', '--forward-to', to, '--count', '3', '--account', account]);
  // What had happened before it listened is not sent: it says when it does, by its place in the feed.
  await expect
    .poll(
      async () => {
        const { jobId } = await api.admitJob(
          account,
          `heard-${String(received.length)}-${String(Date.now())}`,
        );
        await fail(api, account, jobId);
        return received.length;
      },
      { timeout: 40_000, interval: 300 },
    )
    .toBeGreaterThanOrEqual(3);
  const { code, stdout, stderr } = await listening;
  close();
  expect(code).toBe(0);
  expect(stdout).toMatch(/job\.(queued|failed) {2}204/);
  const secret = /whsec_\S+/.exec(stderr)?.[0] ?? '';
  for (const { body, headers } of received)
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      sequence: expect.any(Number) as number,
    });
});
