import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../cli/program/command-line.ts';
import { createDevProgram } from '../../../dev/dev-commands.ts';
import { readDevConfig } from '../../../dev/dev-config.ts';

const CHECKOUT = path.join(import.meta.dirname, '..', '..', '..');
const PAGES = ['README.md', 'CONTRIBUTING.md', ...pagesOf('docs'), ...pagesOf('docs/decisions')];

function pagesOf(folder: string): readonly string[] {
  return readdirSync(path.join(CHECKOUT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

const textOf = (page: string) => readFileSync(path.join(CHECKOUT, page), 'utf8');

/** How a page writes a call: in a checkout, in the image, or, in a table of commands, without either. */
const CALL =
  /(?:\.\/holdfast|docker compose run --rm cli) ((?:[a-z-]+)(?: (?:"[^"]*"|[^\s|>`#")]+))*)|`((?:job|review|repairs|ledger|grant|plan|limits|account|key) (?:"[^"]*"|[^`|"])+)`/g;

type DocumentedCall = { readonly page: string; readonly call: string };
const CALLS: readonly DocumentedCall[] = PAGES.flatMap((page) =>
  [...textOf(page).matchAll(CALL)].map((match) => ({ page, call: (match[1] ?? match[2] ?? '').trim() })),
);

/** A command that is spoken of, or listed with what it does, and not to be typed: of a job, without the job. */
function isNameOnly(call: string): boolean {
  return /^[a-z]+ [a-z]+$|\[|^job [a-z]+ --/.test(call) && !call.startsWith('review list');
}

/** The value that a reader puts in place of an ellipsis. */
const FILLED: readonly (readonly [RegExp, string])[] = [
  [/\b(acct|grant)_…/g, '$1_x'],
  [/\bjob_…/g, `job_${'a'.repeat(26)}`],
  [/\bout_…/g, `out_${'a'.repeat(26)}_0`],
  [/\brev_…/g, `rev_${'a'.repeat(26)}_0_1`],
  [/YYYY-MM/g, '2026-01'],
  [/ N\b/g, ' 1'],
  [/\$1/g, 'api_url'],
  [/…/g, 'x'],
];

function argumentsOf(call: string): readonly string[] {
  const filled = FILLED.reduce((text, [pattern, value]) => text.replaceAll(pattern, value), call);
  return [...filled.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** The program with nothing behind its commands. */
function emptyProgram(): Command {
  const program = createDevProgram(readDevConfig({}));
  const empty = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
    command.commands.forEach(empty);
  };
  empty(program);
  return program;
}

describe('the pages', () => {
  it('write commands that the program accepts as they stand', async () => {
    expect(CALLS.length).toBeGreaterThan(30);
    const refused: DocumentedCall[] = [];
    for (const documented of CALLS) {
      if (isNameOnly(documented.call)) continue;
      const code = await runProgram(argumentsOf(documented.call), emptyProgram);
      if (code !== 0) refused.push(documented);
    }
    expect(refused).toEqual([]);
  });

  it('write no fixed time where a later one is needed', () => {
    for (const page of PAGES) {
      expect(textOf(page), page).not.toMatch(/--(until|expires-at) \d|"until": "\d/);
    }
  });

  it('pipe no output of npm run without --silent', () => {
    for (const page of PAGES) expect(textOf(page), page).not.toMatch(/npm run (?!-s|--silent)[^\n`|>]*[|>]/);
  });
});
