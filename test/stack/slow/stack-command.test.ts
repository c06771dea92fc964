import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPortClaims, LOCAL_HOST } from '../../../dev/free-ports.ts';
import { PREFERRED_PORTS } from '../../../dev/stack/stack-options.ts';
import { readRunningStack, type StackInfo } from '../../../dev/stack/stack-info.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';
import { isAlive, until } from '../is-alive.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', '..', 'dev', 'main.ts');
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
const started: ChildProcess[] = [];

beforeEach(async () => {
  home = await makeTemporaryHome('command');
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await home.remove();
});

function holdfast(...args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    env: { PATH: '/usr/bin:/bin:/usr/local/bin', HOME: os.homedir(), HOLDFAST_HOME: home.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  return { child, ended };
}

async function startStackCommand(): Promise<{
  readonly command: ReturnType<typeof holdfast>;
  readonly info: StackInfo;
}> {
  const command = holdfast('stack', 'start', '--json');
  await until('the stack is up', START_LIMIT_MS, async () => (await readRunningStack(home.home)) !== null);
  const info = await readRunningStack(home.home);
  if (info === null) throw new Error('the stack was up, and is gone');
  return { command, info };
}

const allEnded = (info: StackInfo) =>
  Promise.all(
    Object.entries(info.pids).map(([name, pid]) =>
      until(`${name} has ended`, END_LIMIT_MS, async () => !(await isAlive(pid!))),
    ),
  );

describe('holdfast', () => {
  test('prints its help with examples and exit codes', async () => {
    const { code, stdout } = await holdfast('--help').ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:[\s\S]*Exit codes:/);
  });

  test.each([[['stck']], [['stack', 'strat']], [['demo', '--fast']], [[]]])(
    'ends with 2 for the unknown arguments %j',
    async (args) => {
      expect((await holdfast(...args).ended).code).toBe(2);
    },
  );

  test.each([
    [['stack', 'status']],
    [['stack', 'get', 'api_url']],
    [['key', 'create', '--name', 'n', '--scope', 'admin']],
    [['reconcile']],
    [['balance', 'acct_x']],
    [['ledger', 'report', '--month', '2026-01']],
  ])('ends with 3 if %j needs a stack and none runs', async (args) => {
    const { code, stderr } = await holdfast(...args).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^no stack is running in .*npm start[^\n]*\n$/);
  });
});

describe('holdfast stack start', () => {
  test('serves the commands, refuses a second start, and ends all children at Ctrl-C, also if npm passes it on again', async () => {
    // Claimed first: another stack may have it, not listen yet, and give it back before this one starts.
    const claims = createPortClaims();
    const { api: port } = await claims.claim({ api: PREFERRED_PORTS.api });
    const busy = createServer().listen(port, LOCAL_HOST);
    await once(busy, 'listening');
    const { command, info } = await startStackCommand();
    busy.close();
    await claims.release();
    const status = await holdfast('stack', 'status', '--json').ended;
    expect(JSON.parse(status.stdout)).toMatchObject({ running: true, ready: true, api_url: info.api_url });
    const shown = await holdfast('stack', 'status').ended;
    expect(shown.stdout).toContain(info.account_id);
    expect(await holdfast('stack', 'get', 'account_key').ended).toMatchObject({
      stdout: `${info.account_key}\n`,
    });
    expect(status.stdout).not.toContain(info.platform_key);
    const second = await holdfast('stack', 'start').ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(info.api_url);
    const reconciled = await holdfast('reconcile', '--json').ended;
    expect(reconciled.code).toBe(0);
    expect(JSON.parse(reconciled.stdout)).toEqual({ ok: true, findings: [] });
    const balance = await holdfast('balance', info.account_id, '--json').ended;
    expect(JSON.parse(balance.stdout)).toMatchObject({ account_id: info.account_id, available: 1_000 });
    const report = await holdfast('ledger', 'report', '--month', '2020-01', '--json').ended;
    expect(JSON.parse(report.stdout)).toMatchObject({ month: '2020-01', data: [], total: { issued: 0 } });
    command.child.kill('SIGINT');
    command.child.kill('SIGINT');
    const ended = await command.ended;
    expect(ended.code).toBe(0);
    const listened = new URL(info.api_url).port;
    const preferred = String(PREFERRED_PORTS.api);
    const moved = `port ${preferred} is busy: the API listens on ${listened}\n`;
    expect(ended.stderr.includes(moved)).toBe(listened !== preferred);
    await allEnded(info);
    expect(await readRunningStack(home.home)).toBeNull();
  });

  test('leaves no process when it is killed, and starts again on the same data', async () => {
    const first = await startStackCommand();
    first.command.child.kill('SIGKILL');
    await allEnded(first.info);
    expect(await readRunningStack(home.home)).toBeNull();
    const second = await startStackCommand();
    expect(second.info.account_key).toBe(first.info.account_key);
    second.command.child.kill('SIGTERM');
    expect((await second.command.ended).code).toBe(0);
    await allEnded(second.info);
  });
});
