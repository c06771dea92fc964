import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChildSpec } from '../../dev/supervisor/child-spec.ts';
import { restartDelayMs } from '../../dev/supervisor/restart-delay.ts';
import { SupervisedChild } from '../../dev/supervisor/supervisor.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { isAlive, isStopped, until } from './is-alive.ts';
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

/** How long a child may live after a stop, if it obeys. */
const STOP_LIMIT_MS = 10_000;
const never = () => new Promise<never>(() => undefined);

describe('a stop during a start', () => {
  /** The event loop must stay free: a race that a resolved promise always won blocked it and used up all memory. */
  async function stopsInTime(child: SupervisedChild): Promise<void> {
    const startedAt = performance.now();
    await child.stop();
    expect(performance.now() - startedAt).toBeLessThan(STOP_LIMIT_MS);
    expect(child.pid).toBeNull();
  }

  test('ends a child that is not ready yet, and the start rejects', async () => {
    const child = supervised(shellChild('exec sleep 300', { untilReady: never }));
    const start = expect(child.start()).rejects.toThrow(/shell did not start: was ended by SIGTERM/);
    await until('it runs', 10_000, () => child.pid !== null);
    const pid = child.pid!;
    await stopsInTime(child);
    await start;
    expect(await isAlive(pid)).toBe(false);
  });

  test('kills a child that is not ready yet and ignores its signal', async () => {
    const child = supervised(
      shellChild('trap "" TERM; while :; do sleep 0.1; done', { untilReady: never, stopTimeoutMs: 60_000 }),
    );
    const start = expect(child.start()).rejects.toThrow(/was ended by SIGKILL/);
    await until('it runs', 10_000, () => child.pid !== null);
    const stopped = child.stop(300);
    await expect(stopped).resolves.toBeUndefined();
    await start;
    expect(child.pid).toBeNull();
  });

  test('does not wait for the child’s command', async () => {
    const child = supervised(shellChild('exec sleep 300', { command: never }));
    const start = expect(child.start()).rejects.toThrow(/shell was stopped/);
    await stopsInTime(child);
    await start;
  });

  test('ends the start before a child is launched', async () => {
    const child = supervised(shellChild('exec sleep 300'));
    const start = expect(child.start()).rejects.toThrow(/shell was stopped/);
    await stopsInTime(child);
    await start;
  });

  test('ends a child that has just become ready', async () => {
    const child = supervised(shellChild('exec sleep 300'));
    await child.start();
    await stopsInTime(child);
  });

  test('ends a child that is being restarted', async () => {
    let isFirst = true;
    const child = supervised(
      shellChild('exec sleep 300', {
        untilReady: () => (isFirst ? Promise.resolve((isFirst = false)).then(() => undefined) : never()),
      }),
    );
    await child.start();
    const first = child.pid!;
    process.kill(first, 'SIGKILL');
    await until('another comes up', 10_000, () => child.pid !== null && child.pid !== first);
    await stopsInTime(child);
  });

  test('ends a child that waits for its restart', async () => {
    const child = supervised(shellChild('exit 1'));
    await child.start().catch(() => undefined);
    await stopsInTime(child);
  });
});

describe('a supervised child', () => {
  test('that is killed runs again, and its supervisor reports both', async () => {
    const notes: string[] = [];
    const child = supervised(shellChild('exec sleep 300'), notes);
    await child.start();
    const first = child.pid!;
    process.kill(first, 'SIGKILL');
    await until('another process runs', 10_000, () => child.pid !== null && child.pid !== first);
    await child.whenReady(10_000);
    expect(notes).toEqual(['shell was ended by SIGKILL; starting it again', 'shell is up again']);
  });

  test('that keeps dying is restarted after growing delays of at most 10 s', () => {
    expect([1, 2, 3, 4].map(restartDelayMs)).toEqual([200, 400, 800, 1_600]);
    expect(restartDelayMs(50)).toBe(10_000);
  });

  test('that cannot start rejects the first start with the reason and the path of its log', async () => {
    const child = supervised(
      shellChild('echo oh no >&2; exit 3', { untilReady: () => new Promise(() => undefined) }),
    );
    await expect(child.start()).rejects.toThrow(
      /shell did not start: ended with code 3\. Its log: .*child\.log\n {2}oh no$/,
    );
    expect(await readFile(path.join(home.home, 'child.log'), 'utf8')).toBe('oh no\n');
  });

  test('that is never ready is ended after its time limit', async () => {
    const child = supervised(
      shellChild('exec sleep 300', { untilReady: () => new Promise(() => undefined), readyTimeoutMs: 200 }),
    );
    await expect(child.start()).rejects.toThrow(/not done within 200 ms/);
    expect(child.pid).toBeNull();
  });

  test('that ignores its stop signal is killed after its time limit', async () => {
    const child = supervised(shellChild('trap "" TERM; while :; do sleep 0.1; done', { stopTimeoutMs: 300 }));
    await child.start();
    const pid = child.pid!;
    await child.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test('that is frozen can be stopped', async () => {
    const child = supervised(shellChild('exec sleep 300'));
    await child.start();
    const pid = child.pid!;
    process.kill(pid, 'SIGSTOP');
    await child.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test.each(['running', 'frozen'])(
    'that is a foreign program ends with its killed supervisor, and no process of it stays frozen: %s',
    async (state) => {
      const supervisor = spawn(
        process.execPath,
        ['--import', 'tsx', path.join(import.meta.dirname, 'supervise-main.ts'), home.home, state],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
      const [program, ofProgram] = line.toString().trim().split(' ').map(Number) as [number, number];
      expect(await isAlive(program)).toBe(true);
      expect(await isStopped(ofProgram)).toBe(state === 'frozen');
      supervisor.kill('SIGKILL');
      await until('the child ends', 10_000, async () => !(await isAlive(program)));
      expect(await isStopped(ofProgram)).toBe(false);
      process.kill(ofProgram, 'SIGKILL');
    },
  );
});
