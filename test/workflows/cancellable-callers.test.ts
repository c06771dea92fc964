import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';

it('code that must run to its end refuses to start in a cancellable scope', async () => {
  const address = inject('temporalAddress');
  const taskQueue = `guarded-${randomUUID()}`;
  const [native, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: path.join(import.meta.dirname, 'cancellable-callers.ts'),
      logger: new DefaultLogger('ERROR'),
    }),
  });
  const said: unknown = await worker.runUntil(
    new Client({ connection }).workflow.execute('guarded', { taskQueue, workflowId: taskQueue }),
  );
  await Promise.all([connection.close(), native.close()]);
  expect(said).toEqual([
    'TypeError: untilHandlersFinish must be called where it cannot be cancelled',
    'done',
  ]);
});
