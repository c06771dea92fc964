import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openInBrowser } from '../../dev/demo/watch/open-in-browser.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { until } from './is-alive.ts';

const URL_WITH_TOKEN = 'http://127.0.0.1:8789/sandbox#token=abc';

/** On a desktop that opens addresses by a program on the PATH. */
describe.runIf(process.platform === 'linux')('a browser for an address', () => {
  let folder: Awaited<ReturnType<typeof makeTemporaryHome>>;
  beforeAll(async () => {
    folder = await makeTemporaryHome('browser');
    vi.stubEnv('PATH', folder.home);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await folder.remove();
  });

  const program = (name: string) => path.join(folder.home, name);
  const install = async (script: string) => {
    await writeFile(program('xdg-open'), `#!/bin/sh\n${script}\n`);
    await chmod(program('xdg-open'), 0o755);
  };

  it('is not required: nothing is thrown without one', async () => {
    // An unhandled error would end the test run, as it would end the demo.
    expect(() => openInBrowser(URL_WITH_TOKEN)).not.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it.each([0, 3])('gets the whole address, and its exit code %i is ignored', async (code) => {
    const told = program(`told-${String(code)}`);
    await install(`printf %s "$1" > ${told}.part; /bin/mv ${told}.part ${told}; exit ${String(code)}`);
    openInBrowser(URL_WITH_TOKEN);
    await until('it is told', 10_000, () =>
      readFile(told).then(
        () => true,
        () => false,
      ),
    );
    expect(await readFile(told, 'utf8')).toBe(URL_WITH_TOKEN);
  });
});
