import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiFixture, type TestAccount } from '../api-fixture.ts';
import { createApiWithWorker } from '../api-with-worker.ts';

const FOLDER = path.join(import.meta.dirname, '../../../examples/jobs');
const TASK_QUEUE = 'examples';

let api: ApiFixture;
let account: TestAccount;
beforeAll(async () => {
  api = await createApiWithWorker(TASK_QUEUE);
  account = await api.openAccount();
});
afterAll(() => api.close());

/** The script as a reader runs it, against the API of this test. Rejects where it ends with another code than 0. */
async function submit(...args: readonly string[]): Promise<string> {
  const settings = [`API=${api.url}`, `KEY=${account.key}`];
  const { stdout } = await promisify(execFile)('env', [...settings, path.join(FOLDER, 'submit.sh'), ...args]);
  return stdout;
}

/** Each kind of job, and what it makes and costs. */
const EXAMPLES: Readonly<
  Record<string, { readonly credits: number; readonly contentTypes: readonly string[] }>
> = {
  'static-ad': { credits: 35, contentTypes: ['image/png'] },
  variations: { credits: 105, contentTypes: ['image/png', 'image/png', 'image/png'] },
  batch: { credits: 105, contentTypes: ['image/png', 'image/png', 'image/png'] },
  'video-ad': { credits: 500, contentTypes: ['video/mp4'] },
};

it.each(Object.entries(EXAMPLES))(
  'the example %s delivers what it asks for',
  async (name, { credits, contentTypes }) => {
    const shown = await submit(name);
    expect(shown).toContain(`${String(credits)} credits reserved`);
    expect(shown).toContain(
      `succeeded: ${String(contentTypes.length)} of ${String(contentTypes.length)} delivered`,
    );
    expect(shown).toContain(`, ${String(credits)} credits charged`);
    expect(shown).toContain('event: job.succeeded');
    expect([...shown.matchAll(/^out_\S+ (\S+) \/v1\/outputs\//gm)].map(([, type]) => type)).toEqual(
      contentTypes,
    );
  },
);

it('the example edit changes an output of an earlier job', async () => {
  const [, source = ''] = /^(out_\S+)/m.exec(await submit('static-ad')) ?? [];
  expect(await submit('edit', source)).toContain('succeeded: 1 of 1 delivered');
});

it('an example that is refused says why, and ends with another code', async () => {
  await expect(submit('edit')).rejects.toMatchObject({
    stderr: expect.stringContaining('no such output to edit') as string,
  });
});

it('every job body of the folder is run by a test', () => {
  const bodies = readdirSync(FOLDER).flatMap((file) =>
    file.endsWith('.json') ? [path.parse(file).name] : [],
  );
  expect(bodies.sort()).toEqual([...Object.keys(EXAMPLES), 'edit'].sort());
});
