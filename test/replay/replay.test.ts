import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';

const HISTORIES = path.join(import.meta.dirname, 'histories');

describe('workflow code as it is now', () => {
  it.each(readdirSync(HISTORIES))('goes on with a job whose history is %s', async (file) => {
    const history: unknown = JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8'));
    const replay = Worker.runReplayHistory(
      { workflowBundle: { codePath: await bundleWorkflows() }, replayName: file },
      history,
    );
    await expect(replay).resolves.toBeUndefined();
  });
});
