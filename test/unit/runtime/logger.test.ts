import { expect, it, vi } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';

it.each(['err', 'error'])(
  'an error under "%s" is logged with its message, its stack and its cause',
  (name) => {
    const lines: string[] = [];
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
    try {
      const error = new Error('production', { cause: new Error('the worker is gone') });
      createLogger({ name: 'test', level: 'info' }).warn({ [name]: error }, 'production failed');
    } finally {
      write.mockRestore();
    }
    const [line = '{}'] = lines;
    const logged = (JSON.parse(line) as Record<string, unknown>)[name];
    expect(logged).toMatchObject({ message: expect.stringContaining('the worker is gone') as string });
    expect(logged).toHaveProperty('stack');
  },
);
