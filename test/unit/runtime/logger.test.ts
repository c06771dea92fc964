import { expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';

function loggedOf(name: string, error: unknown): unknown {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  try {
    createLogger({ name: 'test', level: 'info' }).warn({ [name]: error }, 'production failed');
  } finally {
    write.mockRestore();
  }
  return (JSON.parse(lines[0] ?? '{}') as Record<string, unknown>)[name];
}

it.each(['err', 'error'])(
  'an error under "%s" is logged with its message, its cause and the place in our code, and without a trace',
  (name) => {
    const error = new Error('production', { cause: new Error('the worker is gone') });
    const logged = loggedOf(name, error);
    expect(logged).toMatchObject({ message: expect.stringContaining('the worker is gone') as string });
    expect(logged).toMatchObject({
      at: expect.stringMatching(/^test\/unit\/runtime\/logger\.test\.ts:\d+:\d+$/) as string,
    });
    expect(logged).not.toHaveProperty('stack');
  },
);

it('an error that holds a bigint and itself is logged with its type, code and message', () => {
  const error = Object.assign(new TypeError('refused'), { code: 'ENOENT', size: 1n, self: {} });
  error.self = error;
  error.cause = error;
  expect(loggedOf('err', error)).toMatchObject({
    ...{ type: 'TypeError', code: 'ENOENT' },
    message: expect.stringMatching(/^refused/) as string,
  });
});
