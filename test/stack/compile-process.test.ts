import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compileProcess } from '../../dev/stack/compile-process.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

test('an error of a compiled process names its line in the source', async () => {
  const program = await compileProcess('runtime/settings/config.ts');
  // A process itself shows no trace of this error.
  const code = `import { readWorkerConfig } from '${program}'; readWorkerConfig();`;
  const args = ['--enable-source-maps', '--input-type=module', '--eval', code];
  const failed = promisify(execFile)(process.execPath, args, { env: {} });
  await expect(failed).rejects.toMatchObject({
    stderr: expect.stringMatching(
      new RegExp(
        `DATABASE_URL is not set[^]* at readWorkerConfig \\(${CHECKOUT}/runtime/settings/config\\.ts:\\d+`,
      ),
    ) as string,
  });
});

test('a process is compiled once for several starts', async () => {
  const programs = await Promise.all([1, 2].map(() => compileProcess('model-service/main.ts')));
  expect(new Set([...programs, await compileProcess('model-service/main.ts')]).size).toBe(1);
});

/** Not part of a stack, so its compiled file may be missing for a moment. */
const NOT_OF_A_STACK = 'cli/exit-codes.ts';

test('a compiled file that was deleted is compiled again at the next start', async () => {
  const program = await compileProcess(NOT_OF_A_STACK);
  const text = await readFile(program, 'utf8');
  await rm(program);
  expect(await compileProcess(NOT_OF_A_STACK)).toBe(program);
  expect(await readFile(program, 'utf8')).toBe(text);
});
