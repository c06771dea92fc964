import { CommanderError, type Command } from 'commander';
import { CliCommand } from './cli-command.ts';
import { ConfigurationError } from '../../runtime/settings/configuration-error.ts';
import { StartFault } from '../../domain/start-fault.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { printProgress } from '../show/terminal.ts';

/** The program `holdfast`, to which commands are added. */
export function createProgram(program: string, helpFooter: string): CliCommand {
  return new CliCommand('holdfast')
    .description('Holdfast: durable generation jobs whose credits always add up.')
    .showHelpAfterError(`(see: ${program} --help)`)
    .helpCommand(false)
    .addHelpText('after', helpFooter)
    .exitOverride();
}

/** A system error (a file, a port) is shown as it is; any other error is our mistake, and shows where it is. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error ? error.message : (error.stack ?? error.message);
}

/**
 * Runs one command and resolves with its exit code. Results go to stdout, progress and faults to stderr; nothing is
 * thrown.
 * @param args the arguments after the program's name
 * @param create makes the program; may throw a ConfigurationError
 */
export async function runProgram(args: readonly string[], create: () => Command): Promise<number> {
  try {
    await create().parseAsync(args, { from: 'user' });
    return EXIT_CODE.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Requested help is no fault; commander has printed it.
      return error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
    }
    if (error instanceof CommandError) {
      printProgress(error.message);
      return error.exitCode;
    }
    if (error instanceof StartFault) {
      printProgress(error.message);
      return error instanceof ConfigurationError ? EXIT_CODE.usage : EXIT_CODE.failed;
    }
    printProgress(describeFault(error));
    return EXIT_CODE.failed;
  }
}
