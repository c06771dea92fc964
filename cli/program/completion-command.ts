import { completionScript, SHELLS, type Shell } from './completion-script.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { example } from './command-parts.ts';
import { printLine } from '../show/terminal.ts';

/** `holdfast completion`: added last, since it completes what was added before. */
export function addCompletionCommand(program: CliCommand, context: CommandContext): void {
  const completion = program.command('completion');
  completion
    .description('a script that completes commands, options and choices in a shell')
    .addArgument(completion.createArgument('<shell>', 'which').choices(SHELLS))
    .addHelpText(
      'after',
      example(context, 'completion bash > ~/.local/share/bash-completion/completions/holdfast'),
    )
    .action((shell: Shell) => {
      printLine(completionScript(program, shell).trimEnd());
    });
}
