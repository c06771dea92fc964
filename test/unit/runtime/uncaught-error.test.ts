import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
/** A process of ours, in which an event of a library throws. */
const PROGRAM = `
import { createLogger } from './runtime/logger.ts';
import { endInOrder } from './runtime/shutdown.ts';
endInOrder({ log: createLogger({ name: 'test', level: 'info' }), steps: [], timeoutMs: 1_000 });
setImmediate(() => {
  throw new RangeError('a parser was paused');
});
setInterval(() => undefined, 1_000);
`;

test('an error that nothing catches ends the process with code 1, after a line of its log', async () => {
  const ended = await new Promise<{ readonly code: unknown; readonly stdout: string }>((resolve) => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM];
    execFile(process.execPath, args, { cwd: ROOT }, (error, stdout) => {
      resolve({ code: error?.code, stdout });
    });
  });
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({
    level: 'fatal',
    err: { type: 'RangeError', message: 'a parser was paused' },
    origin: 'uncaughtException',
    msg: 'the process ends at once: an error that nothing catches',
  });
});
