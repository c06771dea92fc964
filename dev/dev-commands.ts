import type { CliCommand } from '../cli/program/cli-command.ts';
import { createProgram } from '../cli/program/command-line.ts';
import { helpFooter, OPERATOR_HELP, type HelpSections } from '../cli/program/help-footer.ts';
import { addOperatorCommands } from '../cli/program/operator-commands.ts';
import type { DemoOptions } from './commands/demo.ts';
import type { DevConfig } from './dev-config.ts';
import { stackContext } from './stack-context.ts';
import { STACK_FACTS, type StackFact } from './stack/stack-info.ts';

const HELP: HelpSections = {
  examples: [
    ['demo', 'the whole life of a job, on a stack of its own or the one that runs'],
    ['demo --watch', 'faults one after the other, watched in a browser'],
    ['stack start', 'the stack, until Ctrl-C (npm start is the same)'],
    ['stack status', 'what runs, and where'],
    ...OPERATOR_HELP.examples,
  ],
  environment: [
    ['HOLDFAST_HOME', 'where the stack keeps everything (default: .holdfast in the checkout)'],
    ['TEMPORAL_ADDRESS', 'use this Temporal server in place of an embedded one'],
    ['DATABASE_OWNER_URL', 'use this PostgreSQL in place of an embedded one; one stack a server'],
    ...OPERATOR_HELP.environment,
  ],
};

/** The command line of a checkout: the operators' commands, by default on the running stack, the stack itself and the demo. */
export function createDevProgram(config: DevConfig): CliCommand {
  const context = stackContext(config);
  const program = createProgram(context.program, helpFooter(context.program, HELP));
  addDemo(program, config);
  addStack(program, config);
  addOperatorCommands(program, context);
  return program;
}

function addDemo(program: CliCommand, config: DevConfig): void {
  program
    .command('demo')
    .description('run a real job end to end, and the ways it can fail; write the pictures to out/')
    .option('--json', 'print one JSON object at the end, and nothing else on stdout', false)
    .option('--kill-worker', 'of a stack that runs already: kill its worker without asking', false)
    .option('--watch', 'open the sandbox page, and strike fault after fault beside a live ledger', false)
    .action(async (options: DemoOptions) => {
      const { runDemoCommand } = await import('./commands/demo.ts');
      await runDemoCommand(config, options);
    });
}

function addStack(program: CliCommand, config: DevConfig): void {
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
  stack
    .command('get')
    .description('one thing that the running stack says of itself, for a script')
    .addArgument(stack.createArgument('<name>', 'what').choices(STACK_FACTS))
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', '\nFor example:\n  $ API=$(./holdfast stack get api_url)')
    .action(async (name: StackFact, options: { json: boolean }) => {
      const { stackGet } = await import('./commands/stack-get.ts');
      await stackGet(config, name, options);
    });
}
