import type { LinkOptions, OneOutputOptions } from '../commands/output-command.ts';
import { accountArgument, outputArgument, wholeNumberArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { example, withJson } from './command-parts.ts';

const HOUR_SECONDS = 3_600;

/** The commands for one output; the bytes of all that a job made come by `job download`. */
export function addOutputCommands(program: CliCommand, context: CommandContext): void {
  const output = program
    .command('output')
    .description('one output: what it is, and a link to its bytes')
    .helpCommand(false);
  withOutput(output.command('show'))
    .description('its state, its file, and what it was made from')
    .addHelpText('after', example(context, 'output show out_…'))
    .action(async (id: string, options: OneOutputOptions) => {
      const { showOutputCommand } = await import('../commands/output-command.ts');
      await showOutputCommand(context, id, options);
    });
  withOutput(output.command('link'))
    .description('an address of its bytes that needs no key, and ends')
    .option('--expires-in <seconds>', 'a day at most', wholeNumberArgument, HOUR_SECONDS)
    .addHelpText('after', example(context, 'output link out_… --expires-in 600'))
    .action(async (id: string, options: LinkOptions) => {
      const { linkOutputCommand } = await import('../commands/output-command.ts');
      await linkOutputCommand(context, id, options);
    });
}

function withOutput(command: CliCommand): CliCommand {
  return withJson(command)
    .argument('<output>', 'its id', outputArgument)
    .option('--account <id>', 'whose it is; default: found by the output', accountArgument);
}
