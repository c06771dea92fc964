import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunningStack } from '../../../dev/stack/stack-info.ts';
import { makeTemporaryHome } from '../../harness/temporary-home.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
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
const isPrinted = ({ language }: Block, index: number) =>
  language === 'text' && BLOCKS[index - 1]?.language === 'bash';
const PRINTED = BLOCKS.filter(isPrinted).map(({ text }) => text);
/** What a start on a faulty file prints: the other text blocks. */
const [NO_PRICE = '', PUBLISHED = '', ...FURTHER] = BLOCKS.filter(
  (block, index) => block.language === 'text' && !isPrinted(block, index),
).map(({ text }) => text);

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

function outputOf(script: string) {
  return endOf(runBash(script, { detached: false }));
}

async function endOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly text: string }> {
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

  test('has no block but the file, commands and what they print, two refusals, and the settings of Compose', () => {
    expect(new Set(BLOCKS.map(({ language }) => language))).toEqual(new Set(['js', 'bash', 'text', 'ini']));
    expect(FURTHER).toEqual([]);
    // Its two settings are held against docker-compose.yml in test/packaging/compose.test.ts.
    expect(BLOCKS.filter(({ language }) => language === 'ini')).toHaveLength(1);
  });

  test.each([
    ['without a price', { part: 'ja: 15 }', by: '}' }, NO_PRICE],
    ['of another price under a published version', { part: 'credits: 20,', by: 'credits: 19,' }, PUBLISHED],
  ])('shows what API and worker print on a file %s, and end', async (name, { part, by }, printed) => {
    const info = await readRunningStack(home.home);
    const file = path.join(home.home, `${name}.mjs`);
    await writeFile(file, FILE.replace(part, by));
    const env = {
      NODE_ENV: 'test',
      API_PORT: '0',
      ASSET_HOME: path.join(home.home, 'assets'),
      DATABASE_URL: info?.database_url,
      TEMPORAL_ADDRESS: info?.temporal_address,
      HOLDFAST_CATALOGUE: file,
    };
    for (const entry of ['api/main.ts', 'worker/main.ts']) {
      const child = spawn(process.execPath, ['--import', 'tsx', entry], {
        cwd: CHECKOUT,
        env,
        timeout: 60_000,
      });
      const { code, text } = await endOf(child);
      expect(code).not.toBe(0);
      expect(text).toContain(printed.replace('…/voice-studio.mjs', file));
    }
  });

  test('has commands that run and print what the page shows', async () => {
    expect(PRINTED).toHaveLength(5);
    const { code, text } = await outputOf(COMMANDS.join('\n'));
    expect({ code, text }).toEqual({ code: 0, text: PRINTED.join('') });
  });
});
