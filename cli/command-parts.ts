import { accountArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from './command-context.ts';

/** What every command of an operator has in common. */

export function withJson(command: CliCommand): CliCommand {
  return command.option('--json', 'print the answer as JSON', false);
}

export function withAccount(command: CliCommand): CliCommand {
  return command.argument('<account>', 'its id', accountArgument);
}

/** What a command's help ends with: lines to copy. */
export function example({ program }: CommandContext, ...lines: readonly string[]): string {
  return `\nFor example:\n${lines.map((line) => `  $ ${program} ${line}`).join('\n')}`;
}

/** The month before this one, and this one, for examples that are right on the day they are read. UTC. */
export function exampleMonths({ now }: CommandContext): { readonly last: string; readonly present: string } {
  const today = new Date(now());
  const monthOf = (months: number) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months)).toISOString().slice(0, 7);
  return { last: monthOf(-1), present: monthOf(0) };
}
