import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDevConfig } from '../../../dev/dev-config.ts';
import type { StackOptions } from '../../../dev/stack/stack-options.ts';
import { readRunningStack } from '../../../dev/stack/stack-info.ts';
import { startStack } from '../../../dev/stack/start-stack.ts';
import { TEMPORAL_CLI_VERSION } from '../../../dev/temporal-server/temporal-version.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { descendantsOf } from '../descendants.ts';
import { isAlive, until } from '../is-alive.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', '..', 'dev', 'main.ts');
/** An interrupted or failed start has ended within this time. */
const END_LIMIT_MS = 10_000;
const SAMPLE_INTERVAL_MS = 40;

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
beforeAll(async () => {
  home = await makeTemporaryHome('cut-short');
});
afterAll(() => home.remove());

/** Starts the command, and collects every process ever seen below it. */
function stackStart(homeFolder: string) {
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=400', '--import', 'tsx', MAIN, 'stack', 'start'],
    {
      env: { PATH: '/usr/bin:/bin:/usr/local/bin', HOME: os.homedir(), HOLDFAST_HOME: homeFolder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const seen = new Set<number>();
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const over = new AbortController();
  const sampling = sample(child.pid!, over.signal, seen);
  const ended = once(child, 'close').then(async () => {
    over.abort();
    await sampling;
    return { code: child.exitCode, signal: child.signalCode, ...output };
  });
  return { child, seen, ended };
}

async function sample(root: number, over: AbortSignal, seen: Set<number>): Promise<void> {
  while (!over.aborted) {
    for (const pid of await descendantsOf(root)) seen.add(pid);
    await sleep(SAMPLE_INTERVAL_MS);
  }
}

async function nothingIsLeft(pids: Iterable<number>): Promise<void> {
  for (const pid of pids)
    await until(`process ${String(pid)} is gone`, 10_000, async () => !(await isAlive(pid)));
}

describe('a start that is interrupted', () => {
  // The first one is interrupted while it makes the database; a start on 2 idle cores takes 4 s.
  test.each([100, 700, 1_100, 1_500, 2_000, 2_600, 3_400])(
    'after %i ms ends in time, says so, and leaves no process',
    async (afterMs) => {
      const start = stackStart(home.home);
      await sleep(afterMs);
      const interruptedAt = performance.now();
      start.child.kill('SIGINT');
      const { code, signal, stderr } = await start.ended;
      expect(performance.now() - interruptedAt).toBeLessThan(END_LIMIT_MS);
      // Before it listens to signals it just ends; with a late signal it may be up already.
      if (signal === null && code !== 0) expect(stderr).toMatch(/ended before the stack was up\n$/);
      await nothingIsLeft(start.seen);
      expect(await readRunningStack(home.home)).toBeNull();
    },
  );
});

describe('a stack that is starting', () => {
  test('is named in the error of a second start', async () => {
    const first = stackStart(home.home);
    const isLocked = () =>
      readFile(path.join(home.home, 'stack.lock')).then(
        () => true,
        () => false,
      );
    await until('it holds its home', 20_000, isLocked);
    const { code, stderr } = await stackStart(home.home).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/already running in .*\. It is still coming up\.\nUse that one, /);
    expect(stderr).not.toMatch(/\n +at /);
    first.child.kill('SIGINT');
    await first.ended;
    await nothingIsLeft(first.seen);
  });
});

describe('a start in which a part fails', () => {
  const start = async (changes: Partial<StackOptions>): Promise<unknown> => {
    const seen = new Set<number>();
    const over = new AbortController();
    const sampling = sample(process.pid, over.signal, seen);
    const before = new Set(await descendantsOf(process.pid));
    const outcome = await startStack({
      home: home.home,
      ports: 'free',
      modelMode: 'instant',
      ...changes,
    }).then(
      (stack) => stack.stop(),
      (error: unknown) => error,
    );
    over.abort();
    await sampling;
    await nothingIsLeft([...seen].filter((pid) => !before.has(pid)));
    return outcome;
  };

  test.each<[string, Partial<StackOptions>, RegExp]>([
    [
      'worker',
      { workerEnv: { DATABASE_POOL_SIZE: 'many' } },
      /worker did not start: ended with code 1.*DATABASE_POOL_SIZE/s,
    ],
    ['API', { apiEnv: { API_HOST: '203.0.113.1' } }, /api did not start: ended with code 1.*EADDRNOTAVAIL/s],
    [
      'database',
      {
        external: {
          temporalAddress: null,
          temporalUiUrl: null,
          databaseOwnerUrl: 'postgres://x:y@127.0.0.1:9/z',
        },
      },
      /ECONNREFUSED/,
    ],
  ])('names the failing %s and the reason, and leaves no process', async (_part, changes, words) => {
    expect(await start(changes)).toMatchObject({ message: expect.stringMatching(words) as string });
  });

  test('names the failing Temporal server and the reason, and leaves no process', async () => {
    const folder = path.join(home.home, 'cache', `temporal-cli-${TEMPORAL_CLI_VERSION}`);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'temporal'), '#!/bin/sh\necho "no such pragma" >&2\nexit 7\n');
    await chmod(path.join(folder, 'temporal'), 0o755);
    expect(await start({ cacheHome: path.join(home.home, 'cache') })).toMatchObject({
      message: expect.stringMatching(/temporal did not start: ended with code 7.*no such pragma/s) as string,
    });
  });

  test('names the failing PostgreSQL and the reason, leaves no process, and starts after the repair', async () => {
    const version = path.join(home.home, 'postgres', 'data', 'PG_VERSION');
    const right = await readFile(version, 'utf8');
    await writeFile(version, '9\n');
    expect(await start({ cacheHome: readDevConfig().cacheHome })).toMatchObject({
      message: expect.stringMatching(/postgres did not start: ended with code 1.*version 9/s) as string,
    });
    await writeFile(version, right);
    expect(await start({})).toBeUndefined();
  });
});
