import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDatabase } from '../../../cli/with-database.ts';
import { HomeInUseError, startStack } from '../../../dev/stack/start-stack.ts';
import type { Stack } from '../../../dev/stack/stack-handle.ts';
import { CHILD_NAMES, readRunningStack, type StackInfo } from '../../../dev/stack/stack-info.ts';
import { reconcile } from '../../../ledger/reconcile.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { isAlive, until } from '../is-alive.ts';

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let stack: Stack;

const start = () => startStack({ home: home.home, ports: 'free', modelMode: 'instant' });
const readInfo = () => JSON.parse(readFileSync(path.join(home.home, 'stack.json'), 'utf8')) as StackInfo;

beforeAll(async () => {
  home = await makeTemporaryHome('stack');
  stack = await start();
});
afterAll(async () => {
  await stack.stop();
  await home.remove();
});

async function servesBalance(info: StackInfo): Promise<boolean> {
  try {
    const response = await fetch(`${info.api_url}/v1/balance`, {
      headers: { authorization: `Bearer ${info.account_key}` },
      signal: AbortSignal.timeout(2_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}

/** Runs the demo as a script does, without a terminal for questions. */
async function runDemoCommand(): Promise<{
  readonly steps: readonly { readonly name: string }[];
  /** The lines for a person while it runs. */
  readonly progress: readonly string[];
}> {
  const main = path.join(import.meta.dirname, '..', '..', '..', 'dev', 'main.ts');
  const env = { PATH: '/usr/bin:/bin', HOLDFAST_HOME: home.home };
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'demo', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [report, progress] = await Promise.all([text(child.stdout), text(child.stderr)]);
  // Prepared films fail the demo's checks. This test is about what the demo does to the stack.
  const { steps } = JSON.parse(report) as { readonly steps: readonly { readonly name: string }[] };
  return { steps, progress: progress.split('\n') };
}

describe('a running stack', () => {
  test('writes its addresses and keys to files that only their owner can read', async () => {
    const info = readInfo();
    expect(info).toEqual(stack.info());
    expect(Object.keys(info)).toEqual(
      expect.arrayContaining([
        'api_url',
        'temporal_address',
        'temporal_ui_url',
        'database_url',
        'model_service_url',
        'platform_key',
        'pids',
      ]),
    );
    expect(Object.keys(info.pids).sort()).toEqual([...CHILD_NAMES].sort());
    for (const name of CHILD_NAMES) expect(await isAlive(info.pids[name]!)).toBe(true);
    expect(statSync(path.join(home.home, 'stack.json')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(home.home, 'keys.json')).mode & 0o777).toBe(0o600);
    expect(new URL(info.database_url).username).toBe('holdfast_worker');
  });

  test('serves its sandbox account', async () => {
    expect(await servesBalance(stack.info())).toBe(true);
  });

  test('refuses a second stack in the same home, and keeps running', async () => {
    await expect(start()).rejects.toThrow(HomeInUseError);
    expect(await readRunningStack(home.home)).toEqual(stack.info());
  });

  test.each(['api', 'model_service', 'worker'] as const)('restarts a killed %s', async (name) => {
    const killed = stack.kill(name, 'SIGKILL');
    await stack.whenReady(name);
    expect(await isAlive(killed)).toBe(false);
    expect(readInfo().pids[name]).not.toBe(killed);
    expect(await isAlive(readInfo().pids[name]!)).toBe(true);
  });

  test.each(['postgres', 'temporal'] as const)(
    'restarts a killed %s at the same address, and serves again',
    async (name) => {
      const before = readInfo();
      const killed = stack.kill(name, 'SIGKILL');
      await stack.whenReady(name);
      const after = readInfo();
      expect(after.pids[name]).not.toBe(killed);
      expect(after.database_url).toBe(before.database_url);
      expect(after.temporal_address).toBe(before.temporal_address);
      await until('the API answers', 15_000, () => servesBalance(after));
    },
  );

  test('keeps its worker during a demo that was not allowed to kill it', async () => {
    const before = stack.info().pids.worker;
    const { steps, progress } = await runDemoCommand();
    expect(steps.map((step) => step.name)).toContain('static_ad');
    expect(steps.map((step) => step.name)).not.toContain('worker_kill');
    // Every line fits a terminal, except with the path of the home.
    expect(progress.filter((line) => line.length > 80 && !line.includes(home.home))).toEqual([]);
    expect(stack.info().pids.worker).toBe(before);
  });

  test('does not serve while its PostgreSQL is frozen, and serves again once it is thawed', async () => {
    await stack.pause('postgres');
    expect(await servesBalance(stack.info())).toBe(false);
    await stack.resume('postgres');
    await until('the API answers', 15_000, () => servesBalance(stack.info()));
  });

  test('keeps its keys and data when it is stopped and started again', async () => {
    const before = stack.info();
    const pids = Object.values(before.pids);
    await stack.stop();
    for (const pid of pids) expect(await isAlive(pid!)).toBe(false);
    expect(existsSync(path.join(home.home, 'stack.json'))).toBe(false);
    expect(await readRunningStack(home.home)).toBeNull();
    stack = await start();
    expect(stack.info().account_key).toBe(before.account_key);
    expect(await servesBalance(stack.info())).toBe(true);
    const { database_url } = stack.info();
    expect(await withDatabase(database_url, 'stack test', (database) => reconcile(database))).toEqual([]);
  });
});
