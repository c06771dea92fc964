import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');

test('compose:check says that there is no container engine, and does not end as if it had checked', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'test/compose/main.ts'], {
    cwd: CHECKOUT,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^compose:check: there is no container engine here, so nothing was checked/);
  expect(status).toBe(2);
});
