import { accountArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { LINE_WIDTH } from '../show/fit-line.ts';

/** The common parts of operators' commands. */

export function withJson(command: CliCommand): CliCommand {
  return command.option('--json', 'print the answer as JSON', false);
}

export function withAccount(command: CliCommand): CliCommand {
  return command.argument('<account>', 'its id', accountArgument);
}

/** Of a command that can say what it would do. */
export function withDryRun(command: CliCommand): CliCommand {
  return command.option('--dry-run', 'say what it would do, and do nothing', false);
}

/** The end of a command's help: lines to copy. */
export function example({ program }: CommandContext, ...calls: readonly string[]): string {
  return `\nFor example:\n${calls.map((call) => foldCall(`  $ ${program} ${call}`)).join('\n')}`;
}

/** Folds a long call before an option, as a shell reads it. */
function foldCall(line: string): string {
  if (line.length <= LINE_WIDTH) return line;
  const at = line.lastIndexOf(' --', LINE_WIDTH - 2);
  return `${line.slice(0, at)} \\\n     ${line.slice(at)}`;
}

/** Last month and this one, for examples that are right today. UTC. */
export function exampleMonths({ now }: CommandContext): { readonly last: string; readonly present: string } {
  const today = new Date(now());
  const monthOf = (months: number) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months)).toISOString().slice(0, 7);
  return { last: monthOf(-1), present: monthOf(0) };
}
