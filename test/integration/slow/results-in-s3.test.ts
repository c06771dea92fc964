import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import {
  ACCESS_KEY_ID,
  SECRET_ACCESS_KEY,
  startS3Server,
  type S3Server,
} from '../../s3-server/start-s3-server.ts';
import { countWithSecret, readStoredTexts } from '../stored-texts.ts';
import { startRunningStack, type Json, type RunningStack } from '../running-stack.ts';

/** The whole stack with its results in a bucket of a real S3 server, instead of a folder. */

const program = inject('s3Program');

describe.skipIf(program === null)('a stack that keeps its results in S3', () => {
  let server: S3Server;
  let secrets: Awaited<ReturnType<typeof makeTemporaryHome>>;
  let running: RunningStack;
  let account: string;
  let bucketFolder: string;
  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    secrets = await makeTemporaryHome('secrets');
    const secretFile = path.join(secrets.home, 'secret-access-key');
    await writeFile(secretFile, `${SECRET_ACCESS_KEY}\n`);
    const { bucket, prefix, endpoint } = await server.makeBucket();
    bucketFolder = path.join(server.dataFolder, bucket, prefix);
    const env = {
      ASSET_STORE: `s3://${bucket}/${prefix}`,
      ASSET_STORE_ENDPOINT: endpoint ?? '',
      AWS_ACCESS_KEY_ID: ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY_FILE: secretFile,
    };
    running = await startRunningStack(0, { workerEnv: env, apiEnv: env });
    account = await running.openAccount();
  });
  afterAll(async () => {
    await running.close();
    await Promise.all([server.stop(), secrets.remove()]);
  });

  const fetchContent = (output: Json, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${running.stack.info().api_url}${output.content_url as string}`, {
      headers: {
        authorization: `Bearer ${running.stack.info().platform_key}`,
        'holdfast-account': account,
        ...headers,
      },
    });
  const namesIn = async (folder: string) => {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    return found.filter((entry) => entry.isFile()).map(({ name }) => name);
  };
  async function made(body: object): Promise<Json> {
    const { body: job } = await running.submit(account, body);
    const ended: Json = await running.untilEnded(account, job.id as string);
    expect(ended).toMatchObject({ state: 'succeeded' });
    return ended.outputs[0];
  }

  it('delivers a static ad, and plays it back whole, in ranges, and not again to a caller that has it', async () => {
    const output = await made({ kind: 'static_ad', brief: { headline: 'in a bucket' } });
    const whole = await fetchContent(output);
    expect(whole.status).toBe(200);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes.length).toBe(output.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(output.sha256);

    const part = await fetchContent(output, { range: 'bytes=10-19' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${String(output.bytes)}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    const end = await fetchContent(output, { range: 'bytes=-5' });
    expect(Buffer.from(await end.arrayBuffer()).equals(bytes.subarray(-5))).toBe(true);
    expect((await fetchContent(output, { range: `bytes=${String(output.bytes)}-` })).status).toBe(416);
    expect((await fetchContent(output, { 'if-none-match': `"${output.sha256 as string}"` })).status).toBe(
      304,
    );
    expect(await namesIn(bucketFolder)).toContain(output.sha256);
  });

  it('makes a video from stages whose results lie in the bucket too', async () => {
    const output = await made({ kind: 'video_ad', brief: { headline: 'in stages' }, duration_seconds: 15 });
    const bytes = Buffer.from(await (await fetchContent(output)).arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(output.sha256);
    const stored = await running.rows<{ sha256: string }>(
      'SELECT sha256 FROM jobs.attempts WHERE output_id = $1 AND sha256 IS NOT NULL',
      [output.id],
    );
    expect(stored.length).toBeGreaterThan(3);
    expect(await namesIn(bucketFolder)).toEqual(expect.arrayContaining(stored.map(({ sha256 }) => sha256)));
  });

  it('keeps no result on its own disk and leaves no credential anywhere, and its ledger holds', async () => {
    expect(await namesIn(path.join(running.home, 'assets'))).toEqual([]);
    const left = await readStoredTexts(running);
    expect(left.some((text) => text.includes('"runAttempt"'))).toBe(true);
    for (const secret of [SECRET_ACCESS_KEY, ACCESS_KEY_ID]) expect(countWithSecret(left, secret)).toBe(0);
    expect(await running.reconcile()).toEqual([]);
  });
});
