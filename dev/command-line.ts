import type { Command } from 'commander';
import { createProgram } from '../cli/command-line.ts';
import { helpFooter, OPERATOR_HELP, type HelpSections } from '../cli/help-footer.ts';
import { addOperatorCommands } from '../cli/operator-commands.ts';
import type { DevConfig } from './dev-config.ts';
import { stackContext } from './stack-context.ts';

const HELP: HelpSections = {
  examples: [
    ['demo', 'the whole life of a job, on a stack of its own or the one that runs'],
    ['stack start', 'the stack, until Ctrl-C (npm start is the same)'],
    ['stack status', 'what runs, and where'],
    ...OPERATOR_HELP.examples,
  ],
  environment: [
    ['HOLDFAST_HOME', 'where the stack keeps everything (default: .holdfast in the checkout)'],
    ['TEMPORAL_ADDRESS', 'use this Temporal server in place of an embedded one'],
    ['DATABASE_OWNER_URL', 'use this PostgreSQL in place of an embedded one'],
    ...OPERATOR_HELP.environment,
  ],
};

/** The command line of a checkout: the operators' commands, by default on the running stack, the stack itself and the demo. */
export function createDevProgram(config: DevConfig): Command {
  const context = stackContext(config);
  const program = createProgram(context.program, helpFooter(context.program, HELP));
  addDemo(program, config);
  addStack(program, config);
  addOperatorCommands(program, context);
  return program;
}

function addDemo(program: Command, config: DevConfig): void {
  program
    .command('demo')
    .description('run a real job end to end, and the ways it can fail; write the pictures to out/')
    .option('--json', 'print one JSON object at the end, and nothing else on stdout', false)
    .action(async (options: { json: boolean }) => {
      const { runDemoCommand } = await import('./commands/demo.ts');
      await runDemoCommand(config, options);
    });
}

function addStack(program: Command, config: DevConfig): void {
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
}
