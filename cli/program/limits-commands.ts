import { limitArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { example, withAccount, withDryRun, withJson } from './command-parts.ts';
import type { LimitsOptions } from '../commands/limits-command.ts';

const LIMITS = ['maxConcurrentJobs', 'memberCredits', 'projectCredits', 'lowBalanceAt'] as const;

/** `holdfast limits`: what an account may do at a time and in a period. */
export function addLimitsCommands(program: CliCommand, context: CommandContext): void {
  const limits = program
    .command('limits')
    .description('how many jobs at a time, and how many credits per member and project')
    .helpCommand(false);
  withAccount(withJson(limits.command('show')))
    .description('the limits of an account')
    .addHelpText('after', example(context, 'limits show acct_…'))
    .action(async (account: string, options: { json: boolean }) => {
      const { showLimitsCommand } = await import('../commands/limits-command.ts');
      await showLimitsCommand(context, account, options);
    });
  withAccount(withDryRun(withJson(limits.command('set'))))
    .description('change the limits that are named; a number, or none. (Overrides: over HTTP.)')
    .option('--max-concurrent-jobs <limit>', 'jobs under way at a time', limitArgument)
    .option('--member-credits <limit>', 'of each member in a billing period', limitArgument)
    .option('--project-credits <limit>', 'of each project in a billing period', limitArgument)
    .option('--low-balance-at <limit>', 'a notice when the balance falls below', limitArgument)
    .requiredOption('--reason <text>', 'why; kept with your name')
    .needing((options) =>
      LIMITS.some((name) => name in options) ? [] : ['a limit: --max-concurrent-jobs, …'],
    )
    .addHelpText('after', example(context, 'limits set acct_… --max-concurrent-jobs 5 --reason "contract 7"'))
    .action(async (account: string, options: LimitsOptions) => {
      const { setLimitsCommand } = await import('../commands/limits-command.ts');
      await setLimitsCommand(context, account, options);
    });
}
