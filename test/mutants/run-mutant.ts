import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** One small fault, planted on purpose, and the test files that must see it. */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  /** Stands in the file once. */
  readonly find: string;
  readonly replace: string;
  /** The arguments for vitest: a tier and names of its files. */
  readonly tests: readonly [tier: string, ...files: string[]];
};

type TestRun = { readonly passed: number; readonly failed: readonly string[] };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The folders that a copy does not need: history, results, and node_modules, which it shares. */
const LEFT_OUT = new Set(['node_modules', '.git', 'out', 'dist', '.holdfast']);

/** A copy of the checkout to plant faults in, so that the checkout itself is never touched. */
export async function copyCheckout(): Promise<{
  readonly root: string;
  readonly remove: () => Promise<void>;
}> {
  const root = await mkdtemp(path.join(tmpdir(), 'holdfast-mutants-'));
  await cp(ROOT, root, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(path.relative(ROOT, source).split(path.sep)[0] ?? ''),
  });
  await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Plants a mutant, runs what must see it, and puts the file back. Throws when it does not fit the file exactly once. */
export async function runMutant(root: string, mutant: Mutant): Promise<TestRun> {
  const file = path.join(root, mutant.file);
  const sound = await readFile(file, 'utf8');
  const places = sound.split(mutant.find).length - 1;
  if (places !== 1) {
    throw new RangeError(
      `${mutant.name}: its text stands ${String(places)} times in ${mutant.file}; bring it up to date`,
    );
  }
  await writeFile(
    file,
    sound.replace(mutant.find, () => mutant.replace),
  );
  try {
    return await runTests(root, mutant.tests);
  } finally {
    await writeFile(file, sound);
  }
}

/** Runs test files of a tier in a copy. Tests that failed are named; a run that never got to its tests throws. */
export async function runTests(root: string, [tier, ...files]: Mutant['tests']): Promise<TestRun> {
  const report = path.join(root, 'mutant-report.json');
  await rm(report, { force: true });
  const output = await runVitest(root, [
    '--project',
    tier,
    ...files,
    '--reporter=json',
    `--outputFile=${report}`,
  ]);
  const text = await readFile(report, 'utf8').catch(() => {
    throw new Error(`no test ran (${tier} ${files.join(' ')}):\n${output.slice(-2_000)}`);
  });
  const { testResults } = JSON.parse(text) as {
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  const results = testResults.flatMap((file) => file.assertionResults);
  if (results.length === 0)
    throw new Error(`no test ran (${tier} ${files.join(' ')}):\n${output.slice(-2_000)}`);
  return {
    passed: results.filter((result) => result.status === 'passed').length,
    failed: results.filter((result) => result.status === 'failed').map((result) => result.fullName),
  };
}

function runVitest(root: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', () => {
      resolve(output);
    });
  });
}
