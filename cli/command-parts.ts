import type { Command } from 'commander';
import { accountArgument } from './arguments.ts';
import type { CommandContext } from './command-context.ts';

/** What every command of an operator has in common. */

export function withJson(command: Command): Command {
  return command.option('--json', 'print the answer as JSON', false);
}

export function withAccount(command: Command): Command {
  return command.argument('<account>', 'its id', accountArgument);
}

/** What a command's help ends with: lines to copy. */
export function example({ program }: CommandContext, ...lines: readonly string[]): string {
  return `\nFor example:\n${lines.map((line) => `  $ ${program} ${line}`).join('\n')}`;
}
