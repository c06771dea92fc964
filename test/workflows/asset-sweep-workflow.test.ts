import { readdir, utimes, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { expect, inject, test } from 'vitest';
import { createAssetSweepActivities } from '../../activities/maintenance/sweep-assets.ts';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';
import { ASSET_SWEEP_WORKFLOW } from '../../domain/work/workflow-names.ts';
import { ASSET_GRACE_MS } from '../../assets/asset-store.ts';
import { createAssetSweep, type AssetNeeds } from '../../assets/asset-sweep.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

const TASK_QUEUE = 'asset-sweep-test';

test('a run of the asset sweep goes once through the folder and returns what it removed; without permission it fails visibly', async () => {
  // A run that is refused is the subject of a test and no news.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), shutdownSignals: [] });
  const { home, remove } = await makeTemporaryHome('asset-sweep');
  let database = 'a@1';
  let now = Date.now();
  const needs: AssetNeeds = {
    unneededOf: (sha256s) => Promise.resolve(sha256s),
    identity: () => Promise.resolve(database),
  };
  const address = inject('temporalAddress');
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: await bundleWorkflows() },
    activities: createAssetSweepActivities(createAssetSweep(createDiskAssetStore(home), needs, () => now)),
  });
  const running = worker.run();
  let runs = 0;
  const sweep = (): Promise<unknown> =>
    new Client({ connection }).workflow.execute(ASSET_SWEEP_WORKFLOW, {
      workflowId: `asset-sweep-test-${String(++runs)}`,
      taskQueue: TASK_QUEUE,
    });
  const store = async (name: string) => {
    const file = path.join(home, name.slice(0, 2), name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, 'picture');
    const then = new Date(Date.now() - ASSET_GRACE_MS - 60_000);
    await utimes(file, then, then);
    return file;
  };
  try {
    await store('00'.padEnd(64, '0'));
    await store('ff'.padEnd(64, '0'));
    expect(await sweep()).toEqual({ looked_at: 2, set_aside: 2, removed: 0, bytes_removed: 0 });
    expect(await sweep()).toMatchObject({ looked_at: 2, set_aside: 0, removed: 0 });
    now += ASSET_GRACE_MS + 60_000;
    expect(await sweep()).toEqual({ looked_at: 2, set_aside: 0, removed: 2, bytes_removed: 14 });
    expect(await sweep()).toMatchObject({ looked_at: 0, removed: 0 });
    database = 'b@2';
    const kept = await store('11'.padEnd(64, '0'));
    await expect(sweep()).rejects.toMatchObject({ cause: { cause: { type: 'OtherDatabase' } } });
    expect(await readdir(path.dirname(kept))).toHaveLength(1);
  } finally {
    worker.shutdown();
    await running;
    await Promise.all([connection.close(), native.close()]);
    await remove();
  }
});
