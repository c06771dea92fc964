import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { statusesOf, type Call } from '../../contract/call.ts';
import { CALLS } from '../../contract/calls.ts';
import './provided-context.ts';
import { makeTemporaryHome } from './temporary-home.ts';

/** Received elsewhere: support's commands of a job that runs, in test/integration/support-of-running-jobs.test.ts. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'extendJob 202',
  'restartJob 202',
  'resolveJob 202',
  // Made by no test: no token is valid where PostgreSQL has no functions.
  'receiveProviderWebhook 500',
]);
/** Another than that of red tests, so that .ci/run runs nothing again for it. */
const EXIT_CODE_MISSING = 3;
const TIER = path.join(import.meta.dirname, '..', 'api');

/**
 * Called by vitest for the API's tier; the result is called at the end. Where the whole tier has run and passed, every response that the document
 * has (call and status) must have been received by one of its tests, each of which holds it against the document's shape. What is missing
 * is printed, and fails the run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { home, remove } = await makeTemporaryHome('response-coverage');
  const file = path.join(home, 'received.txt');
  writeFileSync(file, '');
  project.provide('receivedResponses', file);
  return async () => {
    const missing = hasRunWhole(project) ? missingIn(readFileSync(file, 'utf8')) : [];
    await remove();
    if (missing.length === 0) return;
    process.exitCode = EXIT_CODE_MISSING;
    process.stderr.write(
      `FAIL test/api: no test has received these responses that the document has:\n${missing.map((one) => `  ${one}\n`).join('')}`,
    );
  };
}

function hasRunWhole(project: TestProject): boolean {
  const { config, state } = project.vitest;
  const passed = state
    .getFiles()
    .filter(({ result, projectName }) => projectName === 'api' && result?.state === 'pass');
  return config.testNamePattern === undefined && passed.length === testFilesIn(TIER);
}

function testFilesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files.filter((file) => file.endsWith('.test.ts') && !file.startsWith(`slow${path.sep}`)).length;
}

function missingIn(received: string): readonly string[] {
  const seen = new Set(received.split('\n'));
  const calls: readonly (readonly [string, Call])[] = Object.entries(CALLS);
  return calls.flatMap(([name, call]) =>
    statusesOf(call)
      .map((status) => `${name} ${String(status)}`)
      .filter((one) => !seen.has(one) && !ELSEWHERE.has(one)),
  );
}
