import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTriggered, NOT_TRIGGERED, TRIGGERED_TYPES } from '../../../cli/triggers/triggered-types.ts';
import { isAccountTrigger } from '../../../cli/triggers/account-triggers.ts';
import { EVENT_TYPES } from '../../../domain/event-types.ts';
import type { TestAccount } from '../api-fixture.ts';
import { createApiWithWorker, type ApiWithWorker } from '../api-with-worker.ts';
import { runHoldfast } from './run-holdfast.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const AD = { kind: 'static_ad', brief: { headline: 'A kettle' } };

let api: ApiWithWorker;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiWithWorker('job-commands');
  account = await api.openAccount();
});
afterAll(() => api.close());

const holdfast = (...args: readonly string[]) => runHoldfast(api, args);

async function bodyFile(name: string, body: unknown): Promise<string> {
  const file = path.join(api.home, `${name}.json`);
  await writeFile(file, JSON.stringify(body));
  return file;
}

describe.concurrent('a job at the command line', () => {
  it('is submitted once under its key, and is watched, listed, downloaded and linked by its id alone', async () => {
    const file = await bodyFile('ad', AD);
    const submit = ['job', 'submit', file, '--account', account.accountId, '--key', 'one'];
    const first = await holdfast(...submit, '--wait', '--json');
    expect(first.code).toBe(0);
    const job = JSON.parse(first.stdout) as { id: string; outputs: { id: string; sha256: string }[] };
    expect(job).toMatchObject({ state: 'succeeded', billing: { committed: 35 } });
    expect(JSON.parse((await holdfast(...submit, '--json')).stdout)).toMatchObject({ id: job.id });

    const watched = await holdfast('job', 'watch', job.id, '--json');
    expect(watched.code).toBe(0);
    const events = watched.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['job.queued', 'job.succeeded']);
    expect((await holdfast('job', 'watch', job.id)).stdout).toMatch(
      /job\.succeeded\nsucceeded: 1 of 1 delivered\n$/,
    );

    const listed = await holdfast('job', 'list', '--account', account.accountId, '--state', 'succeeded');
    expect(listed.stdout).toContain(`${job.id}: 1 of 1 delivered`);

    const folder = path.join(api.home, 'files');
    const downloaded = await holdfast('job', 'download', job.id, '--output', folder);
    const saved = path.join(folder, `${job.outputs[0]?.id ?? ''}.png`);
    expect(downloaded.stdout).toBe(`${saved}\n`);
    const { stdout: files } = await holdfast('job', 'download', job.id, '--output', folder, '--json');
    expect(JSON.parse(files)).toMatchObject({ data: [{ file: saved, sha256: job.outputs[0]?.sha256 }] });
    expect(
      createHash('sha256')
        .update(await readFile(saved))
        .digest('hex'),
    ).toBe(job.outputs[0]?.sha256);

    const output = job.outputs[0]?.id ?? '';
    expect((await holdfast('output', 'show', output)).stdout).toMatch(
      new RegExp(`Job +${job.id}\\n[^]*Sha256 +.*\\n`),
    );
    const linked = await holdfast('output', 'link', output, '--expires-in', '600', '--json');
    const link = JSON.parse(linked.stdout) as { url: string; expires_at: string };
    expect(Buffer.from(await (await fetch(link.url)).arrayBuffer())).toEqual(await readFile(saved));
    expect(Date.parse(link.expires_at) - Date.now()).toBeLessThanOrEqual(600_000);
    const nothing = `out_${'a'.repeat(26)}_0`;
    expect(await holdfast('output', 'link', nothing)).toMatchObject({
      code: 1,
      stderr: `${nothing}: there is no such output\n`,
    });
  });

  it('is priced by job quote before it is submitted', async () => {
    const file = await bodyFile('three', { ...AD, variations: 3 });
    const quoted = await holdfast('job', 'quote', file, '--account', account.accountId);
    expect(quoted.stdout).toMatch(/static_ad +35 +3 +105\n[^]*Total +105\n[^]*Affordable +yes\n/);
    const json = await holdfast('job', 'quote', file, '--account', account.accountId, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ total: 105, affordable: true });
  });

  it('that delivers nothing ends its commands with exit code 1, and has nothing to download', async () => {
    const file = await bodyFile('failing', { ...AD, test_scenario: 'fails_after_start' });
    const submitted = await holdfast('job', 'submit', file, '--account', account.accountId, '--wait');
    expect([submitted.code, submitted.stderr]).toEqual([
      1,
      expect.stringMatching(/delivered nothing \(provider_failed: /) as string,
    ]);
    const [, id = ''] = /^(job_\w+):/m.exec(submitted.stderr) ?? [];
    expect((await holdfast('job', 'watch', id)).code).toBe(1);
    expect(await holdfast('job', 'download', id)).toMatchObject({
      code: 1,
      stderr: `${id} has no files: it is failed.\n`,
    });
  });

  it('that is canceled ends with nothing delivered', async () => {
    const file = await bodyFile('endless', { ...AD, test_scenario: 'never_finishes' });
    const { stdout } = await holdfast('job', 'submit', file, '--account', account.accountId, '--json');
    const { id } = JSON.parse(stdout) as { id: string };
    expect((await holdfast('job', 'cancel', id)).stdout).toContain(`Asked to cancel ${id}.`);
    expect((await holdfast('job', 'watch', id)).stdout).toMatch(/canceled: 0 of 1 delivered/);
  });

  it('that is refused names the wrong field, and a file that is missing by its error', async () => {
    const file = await bodyFile('wrong', { kind: 'static_ad', brief: { headline: '' } });
    expect(await holdfast('job', 'submit', file, '--account', account.accountId)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ {2}\/brief\/headline: /) as string,
    });
    expect(await holdfast('job', 'submit', 'no-such-file', '--account', account.accountId)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ENOENT') as string,
    });
  });
});

describe.concurrent('holdfast trigger', () => {
  it.each(TRIGGERED_TYPES)('makes the event %s happen in an account of its own', async (type) => {
    const triggered = await holdfast('trigger', type, '--json');
    expect([triggered.code, triggered.stderr]).toEqual([
      0,
      expect.stringMatching(/^acct_\w+: a sandbox account/) as string,
    ]);
    const event = JSON.parse(triggered.stdout) as { type: string; job_id?: string };
    expect([event.type, event.job_id === undefined]).toEqual([type, isAccountTrigger(type)]);
  });

  it.each(EVENT_TYPES.filter((type) => !isTriggered(type)))(
    'says what makes %s happen, and does nothing',
    async (type) => {
      const { code, stdout, stderr } = await holdfast('trigger', type);
      expect([code, stdout, stderr]).toEqual([
        2,
        '',
        `${Object.entries(NOT_TRIGGERED).find(([one]) => one === type)?.[1] ?? ''}\n`,
      ]);
    },
  );

  it('repeated in the same account makes another event', async () => {
    const { accountId } = await api.openAccount(0, 'test');
    const trigger = async (type: string) =>
      JSON.parse((await holdfast('trigger', type, '--account', accountId, '--json')).stdout) as {
        id: string;
      };
    for (const type of ['credits.expiring', 'plan.renewed'])
      expect((await trigger(type)).id).not.toBe((await trigger(type)).id);
  });

  it('is refused in a live account, and changes nothing there', async () => {
    const live = await api.openAccount();
    for (const type of ['job.failed', 'grant.voided']) {
      const { code, stderr } = await holdfast('trigger', type, '--account', live.accountId);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/live account: nothing.*account open --mode test/) as string,
      ]);
    }
    const entries = (await api.call('/v1/entries', { key: live.key })).json<{ data: { kind: string }[] }>();
    expect(entries.data.map(({ kind }) => kind)).toEqual(['grant']);
  });
});

describe('holdfast listen', () => {
  it('without an account opens one of tests, where the trigger that it prints brings about an event that its receiver gets signed', async () => {
    const { url, received, close } = await startWebhookReceiver();
    const output = { stdout: '', stderr: '' };
    const listening = runHoldfast(api, ['listen', '--forward-to', url, '--count', '7', '--json'], {}, output);
    await expect.poll(() => output.stderr, { timeout: 40_000 }).toContain(' trigger ');
    const printed = /trigger job\.failed --account \S+/.exec(output.stderr)?.[0].split(' ') ?? [];
    const trigger = async () =>
      JSON.parse((await holdfast(...printed, '--json')).stdout) as { id: string; job_id: string };
    const { id, job_id } = await trigger();
    const idsReceived = () => received.map(({ headers }) => headers['webhook-id']);
    await expect.poll(idsReceived, { timeout: 40_000 }).toContain(id);
    // How often a job says how far it is depends on the machine: it listens until there are seven events.
    const ended: Awaited<typeof listening>[] = [];
    void listening.then((one) => ended.push(one));
    while (ended.length === 0) await trigger();
    const { code, stdout } = await listening;
    close();
    expect(code).toBe(0);
    const opened = JSON.parse(stdout.split('\n')[0] ?? '') as { account: string; secret: string };
    const verified = received.map(({ headers, body }): unknown => ({
      id: headers['webhook-id'],
      told: new Webhook(opened.secret).verify(body, headers),
    }));
    expect(verified).toContainEqual({
      id,
      told: expect.objectContaining({
        type: 'job.failed',
        data: expect.objectContaining({ id: job_id, state: 'failed' }) as unknown,
      }) as unknown,
    });
    const read = `/v1/accounts/${opened.account}`;
    expect((await api.call(read, { key: api.platformKey })).json()).toMatchObject({ mode: 'test' });
  });
});
