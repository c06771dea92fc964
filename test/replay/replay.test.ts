import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker, type ReplayResult } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../dev/stack/workflow-bundle.ts';

const HISTORIES = path.join(import.meta.dirname, 'histories');

/** One worker for all: to start one is most of what a replay costs. Each test has it replay the next history: its own. */
let replay: AsyncIterableIterator<ReplayResult>;
let nextFile: string;

beforeAll(async () => {
  const workflowBundle = { codePath: await bundleWorkflows() };
  replay = Worker.runReplayHistories({ workflowBundle }, nextHistories());
});
afterAll(() => replay.return?.());

function* nextHistories() {
  for (;;) {
    const history: unknown = JSON.parse(readFileSync(path.join(HISTORIES, nextFile), 'utf8'));
    yield { workflowId: nextFile, history };
  }
}

describe('workflow code as it is now', () => {
  it.each(readdirSync(HISTORIES))('goes on with a job whose history is %s', async (file) => {
    nextFile = file;
    const { value } = (await replay.next()) as { readonly value: ReplayResult | undefined };
    expect(value?.error).toBeUndefined();
    expect(value?.workflowId).toBe(file);
  });
});
