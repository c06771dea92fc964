import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../dev/run-program.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { isAlive, until } from './is-alive.ts';

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
beforeEach(async () => {
  home = await makeTemporaryHome('program');
});
afterEach(() => home.remove());

const shell = (script: string, options: { readonly timeoutMs: number; readonly signal?: AbortSignal }) =>
  runProgram('/bin/sh', ['-c', script], { cwd: home.home, ...options });

/** The process that the script started, once it runs. */
async function grandchild(): Promise<number> {
  const read = () => readFile(path.join(home.home, 'pid'), 'utf8').catch(() => '');
  await until('it runs', 10_000, async () => (await read()).endsWith('\n'));
  return Number(await read());
}
const WITH_GRANDCHILD = 'sleep 300 & echo $! > pid; wait';

test('a program resolves at exit code 0, and otherwise rejects with its code and output', async () => {
  await expect(shell('exit 0', { timeoutMs: 2_000 })).resolves.toBeUndefined();
  await expect(shell('echo no >&2; exit 3', { timeoutMs: 2_000 })).rejects.toThrow(
    '/bin/sh ended with 3: no',
  );
  await expect(runProgram('/nowhere', [], { timeoutMs: 2_000 })).rejects.toThrow(
    /could not be started.*ENOENT/,
  );
});

test('an aborted program is killed with all that it started', async () => {
  const controller = new AbortController();
  const run = expect(
    shell(WITH_GRANDCHILD, { timeoutMs: 60_000, signal: controller.signal }),
  ).rejects.toThrow(/SIGKILL/);
  const pid = await grandchild();
  controller.abort();
  await run;
  await until('its child is gone', 10_000, async () => !(await isAlive(pid)));
});

test('a program past its time limit is killed with all that it started', async () => {
  const run = expect(shell(WITH_GRANDCHILD, { timeoutMs: 500 })).rejects.toThrow(/SIGKILL/);
  const pid = await grandchild();
  await run;
  await until('its child is gone', 10_000, async () => !(await isAlive(pid)));
});
