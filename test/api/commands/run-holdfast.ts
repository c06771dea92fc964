import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'vitest';
import { runProgram } from '../../../cli/program/command-line.ts';
import { createDevProgram } from '../../../dev/dev-commands.ts';
import { readDevConfig } from '../../../dev/dev-config.ts';
import type { ApiFixture } from '../api-fixture.ts';

type Output = { stdout: string; stderr: string };

const outputOf = new AsyncLocalStorage<Output>();

/** Commands that run side by side each keep what they print; what else is printed goes where it always did. */
for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = ((...args: Parameters<typeof write>) => {
    const output = outputOf.getStore();
    if (output === undefined) return write(...args);
    output[name] += String(args[0]);
    return true;
  }) as typeof stream.write;
}

/**
 * The command line, against the API of a test and its database, in this process: of its own it would take a second. That
 * it is one too, with its exit code, is seen in test/stack/slow/stack-command.test.ts.
 */
export async function runHoldfast(
  api: ApiFixture,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  /** Where what it prints can be read while it runs. */
  output: Output = { stdout: '', stderr: '' },
) {
  const code = await outputOf.run(output, () =>
    runProgram(args, () =>
      createDevProgram(
        readDevConfig({
          HOLDFAST_HOME: api.home,
          HOLDFAST_API_URL: api.url,
          HOLDFAST_PLATFORM_KEY: api.platformKey,
          DATABASE_URL: api.database.workerUrl,
          ...env,
        }),
      ),
    ),
  );
  if (args.includes('--json')) expectJsonAlone(args, output.stdout);
  if (!['--json', '--csv', 'completion'].some((word) => args.includes(word))) expectToFit(output.stdout);
  return { code, ...output };
}

/** One value; of a command that goes on, a value in each line. */
function expectJsonAlone(args: readonly string[], stdout: string): void {
  const goesOn = ['events', 'listen', 'watch'].some((word) => args.includes(word));
  const values = goesOn ? stdout.split('\n').filter((line) => line !== '') : [stdout];
  for (const value of values) if (value !== '') JSON.parse(value);
}

/** In lines of 80, but for a word that is longer by itself: an address, or a key. */
function expectToFit(stdout: string): void {
  const wide = stdout.split('\n').filter((line) => line.length > 80 && /\S\s+\S/.test(line));
  expect(wide).toEqual([]);
}
