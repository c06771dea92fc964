import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { withTimeLimit } from '../../../runtime/time-limit.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

const untilAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const tell = (): void => {
      resolve((signal.reason as Error).name);
    };
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell);
  });

describe('a time limit', () => {
  it('fires on requests that are never answered while garbage is collected (Node 20: hung until the run deadline)', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--import', 'tsx', path.join(import.meta.dirname, 'time-limit-under-gc.ts')],
      { cwd: ROOT, timeout: 25_000 },
    );
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 8 }, () => 'TimeoutError'));
  });

  it('ends as soon as the caller aborts, also where the caller has aborted before', async () => {
    const caller = new AbortController();
    const waiting = withTimeLimit(60_000, caller.signal, untilAborted);
    caller.abort();
    expect(await waiting).toBe('AbortError');
    expect(await withTimeLimit(60_000, caller.signal, untilAborted)).toBe('AbortError');
    expect(await withTimeLimit(1, null, untilAborted)).toBe('TimeoutError');
  });

  it('aborts nothing once the work is done', async () => {
    const caller = new AbortController();
    const signal = await withTimeLimit(5, caller.signal, (limited) => Promise.resolve(limited));
    await new Promise((resolve) => setTimeout(resolve, 20));
    caller.abort();
    expect(signal.aborted).toBe(false);
  });

  it('replaces AbortSignal.any, which the linter refuses', async () => {
    const rules = (await new ESLint({ cwd: ROOT }).calculateConfigForFile('activities/submit.ts')) as {
      rules: Record<string, unknown[]>;
    };
    expect(rules.rules['no-restricted-properties']).toContainEqual(
      expect.objectContaining({ object: 'AbortSignal', property: 'any' }),
    );
  });
});
