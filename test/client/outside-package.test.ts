import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { jobIdOf } from '../../contract/derived-ids.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { reconcile } from '../../ledger/reconcile.ts';
import { startWorker } from '../api/in-process-worker.ts';
import { createTestDatabase } from '../harness/test-database.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { makeProject } from './outside/make-project.ts';
import { SUPERSCALE_GRANTS } from '../harness/superscale.ts';

const run = promisify(execFile);
const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const TASK_QUEUE = 'outside';
/** The compiler, and two thousand small files. */
const SETUP_LIMIT_MS = 120_000;

type Outcome = Readonly<Record<string, unknown>> | string;

let clientPackage: string;
let project: string;
let beside: string;
let accountId: string;
let close: () => Promise<void>;
beforeAll(async () => {
  const { home, remove } = await makeTemporaryHome('outside');
  clientPackage = path.join(home, 'holdfast-client');
  await run(process.execPath, [path.join(CHECKOUT, 'dev', 'build-client-packages.mjs'), home]);
  project = await makeProject(path.join(home, 'backend'), clientPackage);
  // As after `npm install ../holdfast/dist/client-package`, which makes a link: it finds the packages beside itself.
  beside = path.join(home, 'beside');
  const modules = path.join(beside, 'node_modules');
  await mkdir(modules, { recursive: true });
  await symlink(path.join(CHECKOUT, 'node_modules'), path.join(home, 'node_modules'));
  await symlink(clientPackage, path.join(modules, 'holdfast-client'));
  await symlink(path.join(project, 'node_modules', '@temporalio'), path.join(modules, '@temporalio'));
  const database = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: database.workerUrl, max: 4 });
  pool.on('error', () => undefined);
  const worker = await startWorker({ taskQueue: TASK_QUEUE, pool, assetHome: path.join(home, 'assets') });
  ({ accountId } = await openAccount(pool, SUPERSCALE_GRANTS, { name: 'Outside', reference: 'outside' }));
  close = async () => {
    await worker.stop();
    expect(await reconcile(pool)).toEqual([]);
    await pool.end();
    await database.close();
    await remove();
  };
}, SETUP_LIMIT_MS);
afterAll(() => close());

async function runIn<Result>(folder: string, program: string): Promise<Result> {
  const file = path.join(folder, program);
  await cp(path.join(import.meta.dirname, 'outside', program), file);
  const facts = {
    address: inject('temporalAddress'),
    deadAddress: '127.0.0.1:9',
    taskQueue: TASK_QUEUE,
    accountId,
  };
  const { stdout } = await run(process.execPath, [file, JSON.stringify(facts)], { cwd: folder, env: {} });
  return JSON.parse(stdout) as Result;
}

describe('the package for backends', () => {
  it('takes its Temporal packages from the backend', async () => {
    const manifest = JSON.parse(await readFile(path.join(clientPackage, 'package.json'), 'utf8')) as {
      readonly dependencies: object;
      readonly peerDependencies: object;
    };
    expect(Object.keys(manifest.peerDependencies)).toEqual(['@temporalio/client', '@temporalio/common']);
    expect(Object.keys(manifest.dependencies)).not.toContain('@temporalio/client');
  });

  it('has a value for every outcome, in a project of its own', async () => {
    const results = await runIn<Record<string, readonly Outcome[]>>(project, 'outcomes.mjs');
    const reserved = (isReplay: boolean, credits = 35) => ({
      ...{ outcome: 'reserved', isReplay, credits },
      jobId: expect.stringMatching(/^job_/) as string,
    });
    const invalid = expect.objectContaining({ outcome: 'invalid' }) as object;
    const unavailable = expect.objectContaining({ outcome: 'unavailable' }) as object;
    expect(results).toEqual({
      delivered: [
        ...[reserved(false), reserved(true)],
        ...[
          { outcome: 'succeeded', credits: 35 },
          { outcome: 'succeeded', credits: 35 },
        ],
      ],
      reused: [reserved(false), expect.objectContaining({ outcome: 'key_reused' })],
      failed: [reserved(false), { outcome: 'failed', code: 'provider_failed' }],
      canceled: [
        reserved(false),
        { outcome: 'still_running' },
        'requested',
        { outcome: 'canceled' },
        'not_running',
      ],
      refused: [expect.objectContaining({ outcome: 'refused' }), { outcome: 'refused' }],
      unknown: [{ outcome: 'not_found' }, 'not_running'],
      nonsense: [
        ...[invalid, invalid, invalid, invalid, invalid, invalid, invalid],
        ...[{ outcome: 'not_found' }, 'not_running'],
        ...[{ outcome: 'not_found' }, 'not_running'],
      ],
      away: [{ outcome: 'unavailable' }, unavailable, 'unavailable'],
      elsewhere: [unavailable, unavailable, 'unavailable'],
    });
  });

  it('beside another copy of the Temporal client says what to install, and has sent nothing', async () => {
    const told = await runIn<{ readonly code?: string; readonly message?: string }>(beside, 'foreign.mjs');
    expect(told).toMatchObject({
      code: 'foreign_temporal_client',
      message: expect.stringMatching(/npm install @temporalio\/client@\d+\.\d+\.\d+ /) as string,
    });
    expect(told.message).toContain(path.join(CHECKOUT, 'node_modules', '@temporalio', 'client'));
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const { workflow } = new Client({ connection });
    await expect(workflow.getHandle(jobIdOf(accountId, 'foreign')).describe()).rejects.toThrow(/not found/);
    await connection.close();
  });
});
