import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compileProcess } from '../../dev/stack/compile-process.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

test('a compiled process says where in the source it failed', async () => {
  const program = await compileProcess('worker/main.ts');
  const failed = promisify(execFile)(process.execPath, ['--enable-source-maps', program], { env: {} });
  await expect(failed).rejects.toMatchObject({
    stderr: expect.stringMatching(
      new RegExp(
        `DATABASE_URL is not set[^]* at readWorkerConfig \\(${CHECKOUT}/runtime/settings/config\\.ts:\\d+`,
      ),
    ) as string,
  });
});

test('a process is compiled once, however often it is started', async () => {
  const programs = await Promise.all([1, 2].map(() => compileProcess('model-service/main.ts')));
  expect(new Set([...programs, await compileProcess('model-service/main.ts')]).size).toBe(1);
});

/** Its file may be missing for a moment: no stack runs it. */
const OF_NOBODY_ELSE = 'cli/exit-codes.ts';

test('a program that was cleared away meanwhile is there again at the next start', async () => {
  const program = await compileProcess(OF_NOBODY_ELSE);
  const text = await readFile(program, 'utf8');
  await rm(program);
  expect(await compileProcess(OF_NOBODY_ELSE)).toBe(program);
  expect(await readFile(program, 'utf8')).toBe(text);
});
