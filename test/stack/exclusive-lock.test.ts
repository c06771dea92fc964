import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { livingHolderOf, lockWithin, tryLock, type Lock } from '../../dev/exclusive-lock.ts';
import { ownIdentity } from '../../dev/supervisor/process-identity.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let lockPath: string;

beforeEach(async () => {
  home = await makeTemporaryHome('lock');
  lockPath = path.join(home.home, 'some.lock');
});
afterEach(() => home.remove());

test('a lock is refused while a living process holds it, and granted after its release', async () => {
  const lock = (await tryLock(lockPath)) as Lock;
  expect(await tryLock(lockPath)).toMatchObject({ holder: { pid: process.pid } });
  expect(await livingHolderOf(lockPath)).toMatchObject({ pid: process.pid });
  await lock.release();
  expect(await livingHolderOf(lockPath)).toBeNull();
  const again = await lockWithin(1_000, lockPath);
  await again.release();
});

test('the lock of a dead process is granted, even if another process has its id now', async () => {
  const { pid } = await ownIdentity();
  await writeFile(lockPath, JSON.stringify({ pid, identity: '1 some program of yesterday' }));
  expect(await livingHolderOf(lockPath)).toBeNull();
  const lock = (await tryLock(lockPath)) as Lock;
  expect(lock.release).toBeTypeOf('function');
  await lock.release();
});

test('a lock whose file is incomplete is granted', async () => {
  await writeFile(lockPath, '{"pid":');
  const lock = (await tryLock(lockPath)) as Lock;
  await lock.release();
});
