import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { HoldfastClient, HoldfastError } from '../../client/http/http-client.ts';
import { createHoldfastClient } from '../../client/temporal-client.ts';
import { jobIdOf } from '../../contract/derived-ids.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import { createApiWithWorker, type ApiWithWorker } from '../api/api-with-worker.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import type { TestAccount } from '../api/api-fixture.ts';
import { NODES } from './other-nodes.ts';
import { addNodeTypes, buildClientPackages, installTarball, makeBackend } from './make-project.ts';

const run = promisify(execFile);
const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const EXAMPLES = path.join(CHECKOUT, 'examples');
const TASK_QUEUE = 'outside';
/** The compiler, npm, and two thousand small files. */
const SETUP_LIMIT_MS = 120_000;

type Outcome = Readonly<Record<string, unknown>> | string;

let packages: string;
/** Has the package for backends. */
let backend: string;
let beside: string;
/** Has the tarball of the one over HTTP, and nothing else. */
let project: string;
let api: ApiWithWorker;
let account: TestAccount;
let close: () => Promise<void>;
beforeAll(async () => {
  const { home, remove } = await makeTemporaryHome('outside');
  packages = path.join(home, 'packages');
  await buildClientPackages(packages);
  const temporalPackage = path.join(packages, 'holdfast-temporal-client');
  [backend, project, api] = await Promise.all([
    makeBackend(path.join(home, 'backend'), temporalPackage),
    installTarball(path.join(home, 'project'), path.join(packages, 'holdfast-client')),
    createApiWithWorker(TASK_QUEUE),
  ]);
  // As after `npm install ../holdfast/dist/client-packages/…`, which makes a link: it finds the packages beside itself.
  beside = path.join(home, 'beside');
  const modules = path.join(beside, 'node_modules');
  await mkdir(modules, { recursive: true });
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(home, 'node_modules'));
  await symlink(temporalPackage, path.join(modules, 'holdfast-temporal-client'));
  await symlink(path.join(backend, 'node_modules', '@temporalio'), path.join(modules, '@temporalio'));
  account = await api.openAccount(1_000);
  close = async () => {
    await api.close();
    await remove();
  };
}, SETUP_LIMIT_MS);
afterAll(() => close());

async function runIn<Result>(folder: string, program: string): Promise<Result> {
  const file = path.join(folder, program);
  await cp(path.join(import.meta.dirname, program), file);
  const facts = {
    address: inject('temporalAddress'),
    deadAddress: '127.0.0.1:9',
    taskQueue: TASK_QUEUE,
    accountId: (await api.openAccount()).accountId,
  };
  const { stdout } = await run(process.execPath, [file, JSON.stringify(facts)], { cwd: folder, env: {} });
  return { ...(JSON.parse(stdout) as Result), accountId: facts.accountId };
}

/** Runs a program as a copy in the project, with nothing but an address and keys. Returns what it printed. */
async function runExample(program: readonly string[], node?: string): Promise<string> {
  const settings = [
    `HOLDFAST_API_URL=${api.url}`,
    `HOLDFAST_API_KEY=${account.key}`,
    `HOLDFAST_PLATFORM_KEY=${api.platformKey}`,
  ];
  const command = node === undefined ? program : [node, ...program];
  return (await run('env', [...settings, ...command], { cwd: project })).stdout;
}

async function copyExample(file: string): Promise<string> {
  const target = path.join(project, path.basename(file));
  await cp(path.join(EXAMPLES, file), target);
  return target;
}

/** Compiles the typed example as strictly as there is, once for every Node. Throws what the compiler says. */
async function compileTypedExample(): Promise<string> {
  const file = await copyExample('client/with-client.ts');
  await addNodeTypes(project).catch(() => undefined);
  const options = {
    ...{
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    },
    ...{ module: 'NodeNext', target: 'ES2022', types: ['node'], noEmitOnError: true },
  };
  await writeFile(
    path.join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: [path.basename(file)] }),
  );
  await run(process.execPath, [path.join(CHECKOUT, 'node_modules/typescript/bin/tsc'), '-p', project]).catch(
    (error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    },
  );
  return file.replace('.ts', '.js');
}
let compiled: Promise<string> | undefined;
const compileExample = (): Promise<string> => (compiled ??= compileTypedExample());

describe('the package over HTTP, from its tarball in an empty project', () => {
  it('needs no other package', async () => {
    expect(
      (await readdir(path.join(project, 'node_modules'))).filter((name) => !name.startsWith('.')),
    ).toEqual(['holdfast-client']);
    const lib = path.join(project, 'node_modules', 'holdfast-client', 'lib');
    for (const name of await readdir(lib)) {
      const imports = [...(await readFile(path.join(lib, name), 'utf8')).matchAll(/from ["']([^"']+)["']/g)];
      for (const [, from] of imports) expect(from, name).toMatch(/^(node:|\.\/[\w-]+\.js$)/);
    }
  });

  it.each(NODES)('makes pictures in plain JavaScript (%s)', async (node) => {
    const shown = await runExample([await copyExample('client/three-lines.mjs')], node);
    expect(shown).toMatch(/^succeeded 35\nout_\w+\.png image\/png \d+\n$/);
    const [picture = ''] = (await readdir(project)).filter((name) => name.endsWith('.png'));
    const start = (await readFile(path.join(project, picture))).subarray(1, 4);
    expect(start.toString()).toBe('PNG');
  });

  it.each(NODES)('is typed strictly, and runs once compiled (%s)', async (node) => {
    const file = await compileExample();
    const shown = await runExample([file], node);
    expect(shown).toMatch(/^1 job\.queued\n/);
    expect(shown).toMatch(/\d job\.succeeded\nout_\w+\.png: \d+ bytes, sha256 [0-9a-f]{64}\n/);
    expect(shown).toContain('partially_succeeded: 1 of 2 delivered, 35 credits returned; 1 file\n');
    expect(shown).toMatch(/refused: price_changed, billed: no, request \S+\n/);
    expect(shown).toMatch(/\d+ credits are left\.\njob_\w+ 35\njob_\w+ 35\n/);
  });
});

describe('an example without the package', () => {
  const DONE =
    /^It costs 35 credits of \d+\.\nsucceeded: 1 of 1 delivered, 35 credits charged\nout_\w+\.png: \d+ bytes of image\/png\n$/;

  it('makes a picture with fetch alone', async () => {
    expect(await runExample([process.execPath, await copyExample('http/with-fetch.mjs')])).toMatch(DONE);
  });

  it('makes a picture in Python by the document alone', async () => {
    expect(await runExample(['python3', await copyExample('http/with_http.py')])).toMatch(DONE);
  });
});

describe('docs/api.md', () => {
  it('is a way from a key to a picture: its requests, pasted into a shell', async () => {
    const script = blocksOf('api.md', 'bash').join('\n');
    const shown = await runExample(['bash', '-euo', 'pipefail', '-c', script]);
    expect(shown).toBe('35 credits\nsucceeded: 35 credits charged\n');
    expect((await readFile(path.join(project, 'bread.png'))).subarray(1, 4).toString()).toBe('PNG');
  });

  it('says what its JavaScript does, block after block', async () => {
    const file = path.join(project, 'api-page.mjs');
    const blocks = blocksOf('api.md', 'js');
    expect(blocks.length).toBeGreaterThan(8);
    await writeFile(file, `${blocks.join('\n')}\n${VERIFY_ONCE}`);
    expect(await runExample([process.execPath, file])).toMatch(
      new RegExp(
        [
          ...[/^out_\w+\.png image\/png \d+/, /true/, /price_changed 409 no false \S+/, /provider_failed 35/],
          ...[
            /1 job\.queued/,
            /(\d job\.\w+\n)*\d job\.succeeded/,
            /we_\w+ whsec_/,
            /commit 0 \d+/,
            /reserve -35 \d+/,
          ],
          ...[
            /1 of 2 delivered, 35 credits returned/,
            /hf_test_/,
            /true/,
            /\/portal read/,
            /no_good_signature\n$/,
          ],
        ]
          .map(({ source }) => source)
          .join('\\n'),
      ),
    );
  });
});

describe('the first page of README.md', () => {
  const AD = "const ad = { kind: 'static_ad', brief: { headline: 'Fresh bread' } };";
  const [overHttp = '', overTemporal = '', webhook = ''] = blocksOf('../README.md', 'js');

  it('makes a picture over HTTP in five lines', async () => {
    const file = path.join(project, 'five-lines.mjs');
    const program = overHttp
      .replace("'http://127.0.0.1:8787'", 'process.env.HOLDFAST_API_URL')
      .replace("'hf_live_…'", 'process.env.HOLDFAST_API_KEY');
    await writeFile(file, `${AD}\n${program}\nconsole.log(outputs.map(({ state }) => state).join());\n`);
    const { key } = await api.openAccount();
    const settings = [`HOLDFAST_API_URL=${api.url}`, `HOLDFAST_API_KEY=${key}`];
    const { stdout } = await run('env', [...settings, process.execPath, file], { cwd: project });
    expect(stdout).toBe('succeeded\n');
  });

  it('makes a picture over Temporal in five lines', async () => {
    const file = path.join(backend, 'five-lines.mjs');
    const program = `import { Client, Connection } from '@temporalio/client';
      const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS });
      const accountId = process.env.HOLDFAST_ACCOUNT;
      ${AD}
      ${overTemporal.replace('connection }) }', "connection }), taskQueue: '" + TASK_QUEUE + "' }")}
      console.log(outcome, outputs.length);
      await connection.close();\n`;
    await writeFile(file, program);
    const { accountId } = await api.openAccount();
    const settings = [`TEMPORAL_ADDRESS=${inject('temporalAddress')}`, `HOLDFAST_ACCOUNT=${accountId}`];
    const { stdout } = await run('env', [...settings, process.execPath, file], { cwd: backend });
    expect(stdout).toBe('succeeded 1\n');
  });

  it('verifies a webhook in three lines', async () => {
    const file = path.join(project, 'webhook-lines.mjs');
    const secret = Buffer.from('a secret of the first page');
    const rawBody = JSON.stringify({
      ...{ type: 'job.failed', timestamp: '2026-01-01T00:00:00.000Z', sequence: 1, data: { id: 'job_a' } },
    });
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', secret).update(`evt_1.${timestamp}.${rawBody}`).digest('base64');
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    };
    const given = `const rawBody = ${JSON.stringify(rawBody)}, request = { headers: ${JSON.stringify(headers)} };`;
    await writeFile(file, `${given}\n${webhook}`);
    const settings = [`HOLDFAST_WEBHOOK_SECRET=whsec_${secret.toString('base64')}`];
    const { stdout } = await run('env', [...settings, process.execPath, file], { cwd: project });
    expect(stdout).toBe('job_a\n');
  });
});

/** The blocks of a page in a language, in their order. */
function blocksOf(page: string, language: string): readonly string[] {
  const text = readFileSync(path.join(CHECKOUT, 'docs', page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  );
}

/** Calls the function that the page defines for webhooks. */
const VERIFY_ONCE = `
try {
  onWebhook('{}', { 'webhook-id': 'a', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': 'v1,AAAA' });
} catch (error) {
  console.log(error.code);
}
`;

describe('the example that receives webhooks', () => {
  it('acts once for each that is signed by either secret, and refuses any other', async () => {
    const [secret, next] = ['the first of two secrets', 'and the one that follows'].map(
      (text) => `whsec_${Buffer.from(text).toString('base64')}`,
    ) as [string, string];
    const settings = [`HOLDFAST_WEBHOOK_SECRET=${secret},${next}`, 'PORT=0'];
    const file = await copyExample('webhooks/receive-webhooks.mjs');
    const receiver = spawn('env', [...settings, process.execPath, file], { cwd: project });
    onTestFinished(() => void receiver.kill());
    const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]();
    const line = async () => (await lines.next()).value as string;
    const url = (await line()).replace('listening on ', '');
    const send = async (id: string, by: string) => {
      const body = JSON.stringify({
        type: 'job.failed',
        timestamp: '2026-01-01T00:00:00.000Z',
        sequence: 1,
        data: { id: 'job_a' },
      });
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const key = Buffer.from(by.slice('whsec_'.length), 'base64');
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      };
      return (await fetch(url, { method: 'POST', body, headers })).status;
    };
    expect(await send('evt_1', secret)).toBe(204);
    expect(await send('evt_1', secret)).toBe(204);
    expect(await send('evt_2', `whsec_${Buffer.from('of someone else entirely').toString('base64')}`)).toBe(
      400,
    );
    expect(await send('evt_3', next)).toBe(204);
    expect([await line(), await line(), await line()]).toEqual([
      'job.failed job_a',
      'refused: no_good_signature',
      'job.failed job_a',
    ]);
  });
});

describe('the package for backends', () => {
  it('does what docs/backend-over-temporal.md and the example say', async () => {
    const page = path.join(backend, 'page.mjs');
    await writeFile(
      page,
      `${blocksOf('backend-over-temporal.md', 'js').join('\n')}\nawait connection.close();\n`,
    );
    const example = path.join(backend, 'over-temporal.mjs');
    await cp(path.join(EXAMPLES, 'temporal', 'over-temporal.mjs'), example);
    const settings = [
      `TEMPORAL_ADDRESS=${inject('temporalAddress')}`,
      `TEMPORAL_TASK_QUEUE=${TASK_QUEUE}`,
      `HOLDFAST_ACCOUNT=${account.accountId}`,
    ];
    const runs = [page, example].map((file) =>
      run('env', [...settings, process.execPath, file], { cwd: backend }),
    );
    const [ofPage, ofExample] = await Promise.all(runs);
    expect(ofPage?.stdout).toMatch(/^succeeded 35 \[\n {2}\{\n {4}id: 'out_\w+',/);
    expect(ofExample?.stdout).toMatch(
      /^job_\w+: 35 credits reserved\nsucceeded: 35 credits\nout_\w+ image\/png \d+ bytes \/v1\/outputs\/out_\w+\/content\n/,
    );
    expect(ofExample?.stdout).toContain('refused: price_changed\n');
  });

  it('takes its Temporal packages from the backend', async () => {
    const manifest = JSON.parse(
      await readFile(path.join(packages, 'holdfast-temporal-client', 'package.json'), 'utf8'),
    ) as {
      readonly dependencies: object;
      readonly peerDependencies: object;
    };
    expect(Object.keys(manifest.peerDependencies)).toEqual(['@temporalio/client', '@temporalio/common']);
    expect(Object.keys(manifest.dependencies)).not.toContain('@temporalio/client');
  });

  it('has a value for every outcome, in a project of its own', async () => {
    const { accountId: _, ...results } = await runIn<Record<string, readonly Outcome[]>>(
      backend,
      'outcomes.mjs',
    );
    const jobId = expect.stringMatching(/^job_/) as string;
    const reserved = (isReplay: boolean, credits = 35) => ({
      ...{ outcome: 'reserved', isReplay, credits },
      ...{ jobId, handle: { jobId } },
    });
    const output = (state: string) => ({ outputs: [expect.objectContaining({ state }) as object] });
    const invalid = expect.objectContaining({ outcome: 'invalid' }) as object;
    const unavailable = expect.objectContaining({ outcome: 'unavailable' }) as object;
    expect(results).toEqual({
      delivered: [
        ...[reserved(false), reserved(true)],
        ...[
          { outcome: 'succeeded', credits: 35, ...output('succeeded') },
          { outcome: 'succeeded', credits: 35, ...output('succeeded') },
        ],
      ],
      reused: [reserved(false), expect.objectContaining({ outcome: 'key_reused' })],
      failed: [reserved(false), { outcome: 'failed', code: 'provider_failed', ...output('failed') }],
      canceled: [
        reserved(false),
        { outcome: 'still_running' },
        'requested',
        { outcome: 'canceled', ...output('canceled') },
        'not_running',
      ],
      refused: [expect.objectContaining({ outcome: 'refused' }), { outcome: 'refused' }],
      unknown: [{ outcome: 'not_found' }, 'not_running'],
      nonsense: [
        ...[invalid, invalid, invalid, invalid, invalid, invalid, invalid],
        ...[{ outcome: 'not_found' }, 'not_running'],
        ...[{ outcome: 'not_found' }, 'not_running'],
      ],
      away: [{ outcome: 'unavailable' }, unavailable, 'unavailable'],
      elsewhere: [unavailable, unavailable, 'unavailable'],
    });
  });

  it('tells outputs and refusals in the words of HTTP', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const overTemporal = createHoldfastClient({ client: new Client({ connection }), taskQueue: TASK_QUEUE });
    const { accountId, key } = await api.openAccount();
    const overHttp = new HoldfastClient({ baseUrl: api.url, apiKey: key });
    const ad = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;
    const failing = { ...ad, test_scenario: 'fails_after_start' } as const;
    const requests: readonly JobRequest[] = [ad, failing, { kind: 'batch', items: [ad, failing] }];
    await Promise.all(
      requests.map(async (request, index) => {
        const started = await overTemporal.start({ accountId, idempotencyKey: String(index), request });
        if (started.outcome !== 'reserved') throw new Error(started.outcome);
        const result = await started.handle.result();
        const job = await overHttp.jobs.retrieve(started.jobId);
        if (!('outputs' in result)) throw new Error(result.outcome);
        expect(result.outcome).toBe(job.state);
        expect(job.outputs).toMatchObject(result.outputs);
      }),
    );
    for (const refused of [{ max_credits: 1 }, { variations: 50 }]) {
      const request = { ...ad, ...refused };
      const started = await overTemporal.start({
        accountId,
        idempotencyKey: JSON.stringify(refused),
        request,
      });
      const thrown: unknown = await overHttp.jobs.create(request).catch((error: unknown) => error);
      if (started.outcome !== 'refused' || !(thrown instanceof HoldfastError))
        throw new Error(started.outcome);
      const { code, required, available } = started.refusal;
      const problem = thrown.problem;
      expect([code, required, available]).toEqual([thrown.code, problem?.required, problem?.available]);
    }
    const invalid = { ...ad, brief: { headline: '' } };
    const started = await overTemporal.start({ accountId, idempotencyKey: 'invalid', request: invalid });
    const thrown: unknown = await overHttp.jobs.create(invalid).catch((error: unknown) => error);
    if (started.outcome !== 'invalid' || !(thrown instanceof HoldfastError)) throw new Error(started.outcome);
    expect(started.errors).toEqual(thrown.errors);
    await connection.close();
  });

  it('beside another copy of the Temporal client says what to install, and has sent nothing', async () => {
    type Told = { readonly code?: string; readonly message?: string; readonly accountId: string };
    const told = await runIn<Told>(beside, 'other-sdk-copy.mjs');
    expect(told).toMatchObject({
      code: 'foreign_temporal_client',
      message: expect.stringMatching(/npm install @temporalio\/client@\d+\.\d+\.\d+ /) as string,
    });
    expect(told.message).toContain(path.join(CHECKOUT, 'node_modules', '@temporalio', 'client'));
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const { workflow } = new Client({ connection });
    await expect(workflow.getHandle(jobIdOf(told.accountId, 'foreign')).describe()).rejects.toThrow(
      /not found/,
    );
    await connection.close();
  });
});
