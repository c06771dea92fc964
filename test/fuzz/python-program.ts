import { execFile } from 'node:child_process';
import { access, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readDevConfig } from '../../dev/dev-config.ts';

const run = promisify(execFile);

/** A package of PyPI with a program of the same name. */
type PythonTool = { readonly name: string; readonly version: string };
type FoundProgram = { readonly program: string } | { readonly program: null; readonly why: string };

/** Resolving and unpacking 30 packages on two busy cores. */
const INSTALL_TIMEOUT_MS = 240_000;

/** A program of PyPI in an environment of its own below our cache, installed when it is first needed; or why there is none. */
export async function findPythonProgram({ name, version }: PythonTool): Promise<FoundProgram> {
  const folder = path.join(readDevConfig().cacheHome, `${name}-${version}`);
  const program = path.join(folder, 'bin', name);
  if (await isThere(program)) return { program };
  try {
    await mkdir(path.dirname(folder), { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(
      path.join(folder, 'bin', 'pip'),
      [
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--retries',
        '1',
        '--timeout',
        '10',
        `${name}==${version}`,
      ],
      { timeout: INSTALL_TIMEOUT_MS },
    );
    return { program };
  } catch (error) {
    // Half an environment would be taken for a whole one.
    await rm(folder, { recursive: true, force: true });
    const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { program: null, why: `${name} ${version} cannot be installed with python3: ${why}` };
  }
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
