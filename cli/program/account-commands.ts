import { Option } from 'commander';
import { ACCOUNT_MODES } from '../../domain/account-mode.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import type { OpenAccountOptions } from '../commands/account-command.ts';
import { example, withAccount, withJson } from './command-parts.ts';

/** The commands for one account as such. */
export function addAccountCommands(program: CliCommand, context: CommandContext): void {
  const account = program
    .command('account')
    .description('open an account, show it, freeze it, or move the clock of a test account')
    .helpCommand(false);
  withJson(account.command('open'))
    .description('open an account, with its sign-up credits')
    .requiredOption('--name <name>', 'how people call it')
    .requiredOption('--reference <text>', 'your own key of it: the same one finds the same account')
    .addOption(new Option('--mode <mode>', 'test: for trying; live unless told').choices(ACCOUNT_MODES))
    .addHelpText('after', example(context, 'account open --name Tidewell --reference crm-7'))
    .action(async (options: OpenAccountOptions) => {
      const { openAccountCommand } = await import('../commands/account-command.ts');
      await openAccountCommand(context, options);
    });
  withAccount(withJson(account.command('show')))
    .description('its name, reference and opening')
    .addHelpText('after', example(context, 'account show acct_…'))
    .action(async (id: string, options: { json: boolean }) => {
      const { showAccountCommand } = await import('../commands/account-command.ts');
      await showAccountCommand(context, id, options);
    });
  for (const verb of ['freeze', 'unfreeze'] as const) {
    withAccount(withJson(account.command(verb)))
      .description(
        verb === 'freeze' ? 'refuse new spending; what runs ends as it would' : 'let it spend again',
      )
      .requiredOption('--reason <text>', 'why; kept with your name')
      .addHelpText('after', example(context, `account ${verb} acct_… --reason "card was stolen"`))
      .action(async (id: string, options: { reason: string; json: boolean }) => {
        const { freezeAccountCommand } = await import('../commands/account-command.ts');
        await freezeAccountCommand(context, verb, id, options);
      });
  }
  withAccount(withJson(account.command('clock')))
    .description('its clock; that of a test account moved on, until it is there')
    .option('--advance-to <time>', 'as RFC 3339 writes it, at most two months on')
    .addHelpText('after', example(context, 'account clock acct_… --advance-to 2026-03-01T00:00:00Z'))
    .action(async (id: string, options: { advanceTo?: string; json: boolean }) => {
      const { clockCommand } = await import('../commands/clock-command.ts');
      await clockCommand(context, id, options);
    });
}
