import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@hey-api/openapi-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPythonProgram } from '../../fuzz/python-program.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import type { TestAccount } from '../api-fixture.ts';
import { createApiWithWorker, type ApiWithWorker } from '../api-with-worker.ts';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const PYTHON_GENERATOR = { name: 'openapi-python-client', version: '0.29.1' };
const RUN_MS = 120_000;

const python = await findPythonProgram(PYTHON_GENERATOR);
if (python.program === null) console.warn(`SKIPPED: a Python client by the document. ${python.why}`);

/** The job that each client runs: submitted, waited for, read again. */
const TYPESCRIPT = `
import { client } from './generated/client.gen';
import { readJob, submitJob } from './generated/sdk.gen';
const [url, key] = process.argv.slice(2);
client.setConfig({ baseUrl: url, auth: key });
const submitted = await submitJob({
  body: { kind: 'static_ad', brief: { headline: 'A kettle' } },
  headers: { 'Idempotency-Key': 'typescript', Prefer: 'wait=30' },
  throwOnError: true,
});
const { data: job } = await readJob({ path: { id: submitted.data.id }, throwOnError: true });
console.log(job.state, job.outputs[0]?.content_type, job.billing.committed);
`;
const PYTHON = `
import sys
from generated import AuthenticatedClient
from generated.api.jobs import read_job, submit_job
from generated.models import Brief, StaticAdBody
url, key = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key, timeout=40)
body = StaticAdBody(kind="static_ad", brief=Brief(headline="A kettle"))
submitted = submit_job.sync(client=client, body=body, idempotency_key="python", prefer="wait=30")
job = read_job.sync(submitted.id, client=client)
print(job.state, job.outputs[0].content_type, job.billing.committed)
`;

let api: ApiWithWorker;
let account: TestAccount;
let folder: Awaited<ReturnType<typeof makeTemporaryHome>>;
beforeAll(async () => {
  api = await createApiWithWorker('generated-clients');
  account = await api.openAccount();
  folder = await makeTemporaryHome('generated-clients');
  await writeFile(path.join(folder.home, 'openapi.json'), (await api.call('/openapi.json')).text);
  await writeFile(path.join(folder.home, 'package.json'), '{ "type": "module" }');
  // What the generated code is run with: the TypeScript loader.
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder.home, 'node_modules'));
});
afterAll(async () => {
  await folder.remove();
  await api.close();
});

describe('a client that is generated from the document runs a job', () => {
  it(
    'in TypeScript',
    async () => {
      await createClient({
        input: path.join(folder.home, 'openapi.json'),
        output: path.join(folder.home, 'generated'),
        plugins: ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript'],
        logs: { level: 'silent' },
      });
      await writeFile(path.join(folder.home, 'job.ts'), TYPESCRIPT);
      const { stdout } = await run(process.execPath, ['--import', 'tsx', 'job.ts', api.url, account.key], {
        cwd: folder.home,
        timeout: RUN_MS,
      });
      expect(stdout.trim()).toBe('succeeded image/png 35');
    },
    RUN_MS,
  );

  it.skipIf(python.program === null)(
    'in Python',
    async () => {
      const program = python.program ?? '';
      const cwd = path.join(folder.home);
      await run(
        program,
        ['generate', '--path', 'openapi.json', '--output-path', 'generated', '--overwrite', '--meta', 'none'],
        { cwd, timeout: RUN_MS },
      );
      await writeFile(path.join(cwd, 'job.py'), PYTHON);
      const { stdout } = await run(
        path.join(path.dirname(program), 'python'),
        ['job.py', api.url, account.key],
        {
          cwd,
          timeout: RUN_MS,
        },
      );
      expect(stdout.trim()).toBe('succeeded image/png 35');
    },
    RUN_MS,
  );
});
