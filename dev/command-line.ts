import { Command, CommanderError } from 'commander';
import type { DevConfig } from './dev-config.ts';
import { CommandError, EXIT_CODE } from './exit-codes.ts';
import { addOperatorCommands } from './operator/operator-commands.ts';
import { printProgress } from './terminal.ts';

/** The `holdfast` command line. Each command is loaded when it is called, so that `--help` answers at once. */
const HELP_FOOTER = `
Examples:
  $ npm run demo                               the whole life of a job, shown on a stack of its own
  $ npm start                                  the stack, until Ctrl-C
  $ npm run holdfast -- stack status           what runs, and where
  $ npm run holdfast -- reconcile              does every credit add up? (exit code 1 when not)
  $ npm run --silent holdfast -- reconcile --json | jq .ok
  $ npm run holdfast -- grant --help           every command explains itself, with an example
  $ npm run holdfast -- job --help             what support does about a job
  $ npm run holdfast -- repairs                what the reconciler could not settle by itself

Environment:
  HOLDFAST_HOME        where the stack keeps everything (default: .holdfast in the checkout)
  TEMPORAL_ADDRESS     use this Temporal server in place of an embedded one
  DATABASE_OWNER_URL   use this PostgreSQL in place of an embedded one
  DATABASE_URL         the database that reconcile and ledger report look at (default: the running stack's)
  HOLDFAST_API_URL     the API that account, grant, plan, balance, statement, limits, job, repairs and review speak to, with
  HOLDFAST_PLATFORM_KEY  its key (default: the running stack's)

Exit codes:
  0  done; for reconcile: nothing found
  1  something failed; for reconcile: findings
  2  the command was not understood
  3  no stack is running, and this command needs one`;

/**
 * Runs one command of the `holdfast` command line, and resolves with its exit code. Results go to stdout, progress and
 * faults to stderr; nothing is thrown.
 * @param args What follows the program's name.
 */
export async function runCommandLine(args: readonly string[], config: DevConfig): Promise<number> {
  try {
    await createProgram(config).parseAsync(args, { from: 'user' });
    return EXIT_CODE.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help that was asked for is no fault; commander has printed what there is to say.
      return error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
    }
    if (error instanceof CommandError) {
      printProgress(error.message);
      return error.exitCode;
    }
    printProgress(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT_CODE.failed;
  }
}

function createProgram(config: DevConfig): Command {
  const program = new Command('holdfast')
    .description('Holdfast: durable generation jobs whose credits always add up.')
    .showHelpAfterError('(see: npm run holdfast -- --help)')
    .helpCommand(false)
    .addHelpText('after', HELP_FOOTER)
    .exitOverride();

  program
    .command('demo')
    .description('run a real job end to end, and the ways it can fail; write the pictures to out/')
    .option('--json', 'print one JSON object at the end, and nothing else on stdout', false)
    .action(async (options: { json: boolean }) => {
      const { runDemoCommand } = await import('./commands/demo.ts');
      await runDemoCommand(config, options);
    });

  program
    .command('reconcile')
    .description('look for credits that do not add up; no finding means that every invariant holds')
    .option('--json', 'print { "ok", "findings" }', false)
    .action(async (options: { json: boolean }) => {
      const { runReconcileCommand } = await import('./commands/reconcile.ts');
      await runReconcileCommand(config, options);
    });

  addOperatorCommands(program, config);

  const stack = program.command('stack').description('the embedded stack').helpCommand(false);

  stack
    .command('start')
    .description('bring everything up and keep it up until Ctrl-C')
    .option('--json', 'print what stack.json says once it is up', false)
    .action(async (options: { json: boolean }) => {
      const { stackStart } = await import('./commands/stack-start.ts');
      await stackStart(config, options);
    });

  stack
    .command('status')
    .description('what runs, and where (exit code 3 when nothing does)')
    .option('--json', 'print it as JSON', false)
    .action(async (options: { json: boolean }) => {
      const { stackStatus } = await import('./commands/stack-status.ts');
      await stackStatus(config, options);
    });
  return program;
}
