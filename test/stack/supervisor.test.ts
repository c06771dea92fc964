import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChildSpec } from '../../dev/supervisor/child-spec.ts';
import { restartDelayMs } from '../../dev/supervisor/restart-delay.ts';
import { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { makeTemporaryHome } from '../support/temporary-home.ts';
import { isAlive, until } from './is-alive.ts';
import { shellChild } from './shell-child.ts';

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
const children: SupervisedChild[] = [];

beforeEach(async () => {
  home = await makeTemporaryHome('supervisor');
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.stop()));
  await home.remove();
});

function supervised(spec: ChildSpec, notes: string[] = []): SupervisedChild {
  const child = new SupervisedChild(spec, path.join(home.home, 'child.log'), {
    onPid: () => undefined,
    onNote: (note) => notes.push(note),
  });
  children.push(child);
  return child;
}

describe('a supervised child', () => {
  test('that is killed is running again within half a second, and its supervisor says so', async () => {
    const notes: string[] = [];
    const child = supervised(shellChild('exec sleep 300'), notes);
    await child.start();
    const first = child.pid!;
    const killedAt = performance.now();
    process.kill(first, 'SIGKILL');
    await until('another process runs', 2_000, () => child.pid !== null && child.pid !== first);
    expect(performance.now() - killedAt).toBeLessThan(500);
    await child.whenReady(1_000);
    expect(notes).toEqual(['shell was ended by SIGKILL; starting it again', 'shell is up again']);
  });

  test('that keeps dying is started again more and more slowly', () => {
    expect([1, 2, 3, 4].map(restartDelayMs)).toEqual([200, 400, 800, 1_600]);
    expect(restartDelayMs(50)).toBe(10_000);
  });

  test('that cannot start is not started for ever: the first start says why and where its log is', async () => {
    const child = supervised(
      shellChild('echo oh no >&2; exit 3', { untilReady: () => new Promise(() => undefined) }),
    );
    await expect(child.start()).rejects.toThrow(/shell did not start: ended with code 3.*child\.log/);
    expect(await readFile(path.join(home.home, 'child.log'), 'utf8')).toBe('oh no\n');
  });

  test('that is never ready is ended when its time is over', async () => {
    const child = supervised(
      shellChild('exec sleep 300', { untilReady: () => new Promise(() => undefined), readyTimeoutMs: 200 }),
    );
    await expect(child.start()).rejects.toThrow(/not done within 200 ms/);
    expect(child.pid).toBeNull();
  });

  test('that ignores its stop signal is killed when its time is over', async () => {
    const child = supervised(shellChild('trap "" TERM; while :; do sleep 0.1; done', { stopTimeoutMs: 300 }));
    await child.start();
    const pid = child.pid!;
    await child.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test('that is frozen can still be stopped', async () => {
    const child = supervised(shellChild('exec sleep 300'));
    await child.start();
    const pid = child.pid!;
    process.kill(pid, 'SIGSTOP');
    await child.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test('that is a foreign program ends when its supervisor is killed with SIGKILL', async () => {
    const supervisor = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(import.meta.dirname, 'supervise-main.ts'), home.home],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(await isAlive(pid)).toBe(true);
    supervisor.kill('SIGKILL');
    await until('the child ends', 3_000, async () => !(await isAlive(pid)));
  });
});
