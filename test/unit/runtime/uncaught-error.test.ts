import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');

/** A process of ours, in which `failure` is evaluated once it runs. */
function run(failure: string) {
  const program = `
    import { StartFault } from './domain/start-fault.ts';
    import { createLogger } from './runtime/logger.ts';
    import { showStartFaults } from './runtime/show-start-faults.ts';
    import { endInOrder } from './runtime/shutdown.ts';
    showStartFaults();
    endInOrder({ log: createLogger({ name: 'test', level: 'info' }), steps: [], timeoutMs: 1_000 });
    setInterval(() => undefined, 1_000);
    ${failure}
  `;
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>(
    (resolve) => {
      const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
      execFile(process.execPath, args, { cwd: ROOT }, (error, stdout, stderr) => {
        resolve({ code: error?.code, stdout, stderr });
      });
    },
  );
}

test('an error that nothing catches ends the process with code 1, after a line of its log', async () => {
  const ended = await run(`setImmediate(() => { throw new RangeError('a parser was paused'); });`);
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('RangeError') as string });
  expect(JSON.parse(ended.stdout)).toMatchObject({
    level: 'fatal',
    err: { type: 'RangeError', message: 'a parser was paused' },
    origin: 'uncaughtException',
    msg: 'the process ends at once: an error that nothing catches',
  });
});

test.each([
  ['thrown by a module', `throw new StartFault('Set DATABASE_URL.');`],
  ['thrown in an event', `setImmediate(() => { throw new StartFault('Set DATABASE_URL.'); });`],
  ['of a promise', `await Promise.reject(new StartFault('Set DATABASE_URL.'));`],
])('a start fault %s ends the process with code 1, its message alone on stderr', async (_how, failure) => {
  expect(await run(failure)).toEqual({ code: 1, stdout: '', stderr: 'Set DATABASE_URL.\n' });
});
