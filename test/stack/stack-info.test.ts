import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tryLock, type Lock } from '../../dev/exclusive-lock.ts';
import { CHILD_NAMES, readRunningStack, stackLockPath } from '../../dev/stack/stack-info.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let lock: Lock;
beforeEach(async () => {
  home = await makeTemporaryHome('info');
  lock = (await tryLock(stackLockPath(home.home))) as Lock;
});
afterEach(async () => {
  await lock.release();
  await home.remove();
});

/** Writes stack.json as a stack under this supervisor process left it. */
const leaveInfo = (supervisor: number) =>
  writeFile(
    path.join(home.home, 'stack.json'),
    JSON.stringify({
      ...{ api_url: 'a', temporal_address: 't', temporal_ui_url: null, model_service_url: 'm' },
      sandbox_url: null,
      ...{ database_url: 'd', database_owner_url: 'o', platform_key: 'p', account_id: 'i', account_key: 'k' },
      supervisor_pid: supervisor,
      pids: Object.fromEntries(CHILD_NAMES.map((name) => [name, null])),
    }),
  );

test('a stack that is starting is not taken for the killed one before it', async () => {
  await leaveInfo(process.pid + 1);
  expect(await readRunningStack(home.home)).toBeNull();
  await leaveInfo(process.pid);
  expect(await readRunningStack(home.home)).toMatchObject({ api_url: 'a' });
});
