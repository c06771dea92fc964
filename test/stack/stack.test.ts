import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDiscrepancies } from '../../cli/commands/reconcile-command.ts';
import { HomeInUseError, startStack } from '../../dev/stack/start-stack.ts';
import type { Stack } from '../../dev/stack/stack-handle.ts';
import { CHILD_NAMES, readRunningStack, type StackInfo } from '../../dev/stack/stack-info.ts';
import { makeTemporaryHome } from '../support/temporary-home.ts';
import { isAlive, until } from './is-alive.ts';

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

async function answersBalance(info: StackInfo): Promise<boolean> {
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

describe('a running stack', () => {
  test('tells in stack.json, for its owner only, where everything is', async () => {
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

  test('answers its sandbox account', async () => {
    expect(await answersBalance(stack.info())).toBe(true);
  });

  test('refuses a second one in the same home, by name and without harm', async () => {
    await expect(start()).rejects.toThrow(HomeInUseError);
    expect(await readRunningStack(home.home)).toEqual(stack.info());
  });

  test.each(['api', 'model_service', 'worker'] as const)('starts a killed %s again', async (name) => {
    const killed = stack.kill(name, 'SIGKILL');
    await stack.whenReady(name);
    expect(await isAlive(killed)).toBe(false);
    expect(readInfo().pids[name]).not.toBe(killed);
    expect(await isAlive(readInfo().pids[name]!)).toBe(true);
  });

  test.each(['postgres', 'temporal'] as const)(
    'starts a killed %s again at the same address, and goes on',
    async (name) => {
      const before = readInfo();
      const killed = stack.kill(name, 'SIGKILL');
      await stack.whenReady(name);
      const after = readInfo();
      expect(after.pids[name]).not.toBe(killed);
      expect(after.database_url).toBe(before.database_url);
      expect(after.temporal_address).toBe(before.temporal_address);
      await until('the API answers', 15_000, () => answersBalance(after));
    },
  );

  test('can be frozen and thawed in parts', async () => {
    await stack.pause('postgres');
    expect(await answersBalance(stack.info())).toBe(false);
    await stack.resume('postgres');
    await until('the API answers', 15_000, () => answersBalance(stack.info()));
  });

  test('keeps its keys and its data when it is ended and started again', async () => {
    const before = stack.info();
    const pids = Object.values(before.pids);
    await stack.stop();
    for (const pid of pids) expect(await isAlive(pid!)).toBe(false);
    expect(existsSync(path.join(home.home, 'stack.json'))).toBe(false);
    expect(await readRunningStack(home.home)).toBeNull();
    stack = await start();
    expect(stack.info().account_key).toBe(before.account_key);
    expect(await answersBalance(stack.info())).toBe(true);
    expect(await findDiscrepancies(stack.info().database_url)).toEqual([]);
  });
});
