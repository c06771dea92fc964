import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { findThisProcess } from '../../activities/attempts/this-process.ts';

const onLinux = process.platform === 'linux';

test.runIf(onLinux)('a process that has ended is known to have died, and one that runs is not', async () => {
  const { id, hasDied } = findThisProcess();
  const surroundings = id.split('/').slice(0, -2).join('/');
  const child = spawn('sleep', ['60']);
  const { pid = 0 } = child;
  expect(hasDied(id)).toBe(false);
  // Of the same process id, and begun at another moment.
  expect(hasDied(`${surroundings}/${String(pid)}/1`)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(hasDied(`${surroundings}/${String(pid)}/1`)).toBe(true);
});

test('a process of another machine or namespace is never known to have died', () => {
  const { hasDied } = findThisProcess();
  for (const id of ['unknown', '', 'another boot/net:[1]/pid:[1]/1/1']) expect(hasDied(id)).toBe(false);
});
