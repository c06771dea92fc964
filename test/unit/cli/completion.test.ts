import { spawnSync } from 'node:child_process';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { completionScript, SHELLS, type Shell } from '../../../cli/program/completion-script.ts';
import { createDevProgram } from '../../../dev/dev-commands.ts';
import { readDevConfig } from '../../../dev/dev-config.ts';

const program = createDevProgram(readDevConfig({}));

/** A script of the shell that prints in a line, per line of words, what a Tab after them offers. */
const ASK: Readonly<Record<Shell, (lines: readonly (readonly string[])[]) => string>> = {
  bash: (lines) =>
    lines
      .map(
        (words) => `COMP_WORDS=(holdfast ${quoted(words)}); COMP_CWORD=${String(words.length)}; ${OF_BASH}`,
      )
      .join('\n'),
  // Outside a terminal zsh completes nothing: the function is called as its completion calls it.
  zsh: (lines) =>
    lines
      .map(
        (words) => `words=(holdfast ${quoted(words)}); CURRENT=${String(words.length + 1)}; _holdfast; print`,
      )
      .join('\n'),
  fish: (lines) =>
    lines
      .map((words) => `echo (complete -C ${quoted([`holdfast ${words.join(' ')}`])} | cut -f 1)`)
      .join('\n'),
};
const OF_BASH = '_holdfast; echo "${COMPREPLY[@]}"';
const OF_ZSH = 'compdef() { : }; _files() { : }; compadd() { shift; print -n -r -- "$@" }';
const ARGUMENTS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['--norc'],
  zsh: ['-f'],
  fish: ['--no-config'],
};

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');

/** What a shell offers after each line of words; null where the shell is not installed. */
function offeredBy(
  shell: Shell,
  lines: readonly (readonly string[])[],
): readonly (readonly string[])[] | null {
  const before = shell === 'zsh' ? OF_ZSH : '';
  const input = [before, completionScript(program, shell), ASK[shell](lines)].join('\n');
  const { error, stdout, stderr } = spawnSync(shell, [...ARGUMENTS[shell], '-c', input], {
    encoding: 'utf8',
  });
  if (error !== undefined) return null;
  expect(stderr).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

/** Where a command is meant that is not named. */
const UNNAMED: readonly Tab[] = [
  { after: ['grant', 'acct_1', ''], offers: ['--source', '--credits'] },
  { after: ['grant', 'acct_1', '--source', ''], offers: ['trial', 'top_up', 'goodwill'] },
  { after: ['costs', ''], offers: ['import', '--month'] },
];

type Tab = { readonly after: readonly string[]; readonly offers: readonly string[] };

/** Every place of a command line where there is something to offer. */
function tabsOf(command: Command, path: readonly string[]): readonly Tab[] {
  const { commands, registeredArguments, options } = command;
  return [
    {
      after: [...path, ''],
      offers: [
        ...commands.map((one) => one.name()),
        ...registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
        ...options.map(({ long }) => long ?? ''),
      ],
    },
    ...options.flatMap(({ long, argChoices = [] }) =>
      argChoices.length === 0 ? [] : [{ after: [...path, long ?? '', ''], offers: argChoices }],
    ),
    ...commands.flatMap((one) => tabsOf(one, [...path, one.name()])),
  ];
}

test.for(SHELLS)(
  '%s offers the commands, options and choices of every command after a Tab',
  (shell, { skip }) => {
    const tabs = [...tabsOf(program, []), ...UNNAMED];
    expect(tabs.length).toBeGreaterThan(80);
    const offered = offeredBy(
      shell,
      tabs.map(({ after }) => after),
    );
    if (offered === null) {
      process.stdout.write(`SKIPPED: completion in ${shell}, which is not installed here\n`);
      return skip();
    }
    for (const [index, { after, offers }] of tabs.entries())
      expect(offered[index], after.join(' ')).toEqual(expect.arrayContaining([...offers]));
  },
);
