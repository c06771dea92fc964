import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunningStack } from '../../dev/stack/stack-info.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(path.join(CHECKOUT, 'docs', 'your-own-catalogue.md'), 'utf8');
const FILE = readFileSync(
  path.join(CHECKOUT, 'examples', 'catalogues', 'voice-studio', 'voice-studio.mjs'),
  'utf8',
);
const START_TIMEOUT_MS = 90_000;

type Block = { readonly language: string; readonly text: string };
const BLOCKS: readonly Block[] = [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', text = '']) => ({ language, text }),
);
const [START = '', ...COMMANDS] = BLOCKS.filter(({ language }) => language === 'bash').map(
  ({ text }) => text,
);

/** The page's output of its commands: each text block after a command. */
const PRINTED = BLOCKS.flatMap(({ language, text }, index) =>
  language === 'text' && BLOCKS[index - 1]?.language === 'bash' ? [text] : [],
);

let home: Awaited<ReturnType<typeof makeTemporaryHome>>;
let stack: ChildProcess;
/** What the start printed. */
let said = '';
beforeAll(async () => {
  home = await makeTemporaryHome('own-catalogue');
  const deadline = Date.now() + START_TIMEOUT_MS;
  stack = runBash(START, { detached: true });
  for (const stream of [stack.stdout, stack.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while ((await readRunningStack(home.home)) === null) {
    const isOver = Date.now() > deadline || stack.exitCode !== null;
    if (isOver) throw new Error(`the stack of the page did not come up: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}, START_TIMEOUT_MS + 10_000);
afterAll(async () => {
  if (stack.pid !== undefined && stack.exitCode === null) {
    const ended = new Promise((resolve) => stack.once('exit', resolve));
    process.kill(-stack.pid, 'SIGINT');
    await ended;
  }
  await home.remove();
});

function runBash(script: string, options: { readonly detached: boolean }): ChildProcess {
  const exported = `export HOLDFAST_HOME='${home.home}'\n`;
  return spawn('bash', ['-euo', 'pipefail', '-c', exported + script], {
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
}

async function outputOf(script: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = runBash(script, { detached: false });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}

describe('docs/your-own-catalogue.md', () => {
  test('has the whole file of the example in its code blocks', () => {
    const written = BLOCKS.filter(({ language }) => language === 'js').map(({ text }) => text);
    expect(written.join('\n')).toBe(FILE);
  });

  test('starts a stack that tells of its own catalogue, and of no job that it does not offer', async () => {
    await expect.poll(() => said, { timeout: 10_000 }).toContain('Ctrl-C ends everything');
    expect(said).toContain('See what your catalogue offers');
    expect(said).not.toMatch(/static ad|Break it/);
  });

  test('has commands that run and print what the page shows', async () => {
    expect(PRINTED).toHaveLength(5);
    const { code, text } = await outputOf(COMMANDS.join('\n'));
    expect({ code, text }).toEqual({ code: 0, text: PRINTED.join('') });
  });
});
