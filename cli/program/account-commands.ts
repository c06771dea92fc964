import { Option } from 'commander';
import { ACCOUNT_MODES } from '../../domain/account-mode.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import type { OpenAccountOptions } from '../commands/account-command.ts';
import type { DryRunOptions } from '../dry-run.ts';
import { accountArgument, instantArgument, wholeNumberArgument } from './arguments.ts';
import { example, withAccount, withDryRun, withJson } from './command-parts.ts';

/** The commands for one account as such. */
export function addAccountCommands(program: CliCommand, context: CommandContext): void {
  const account = program
    .command('account')
    .description('open, show or freeze an account, set its prices, who invited it, a test clock')
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
    withAccount(withDryRun(withJson(account.command(verb))))
      .description(
        verb === 'freeze' ? 'refuse new spending; what runs ends as it would' : 'let it spend again',
      )
      .requiredOption('--reason <text>', 'why; kept with your name')
      .addHelpText('after', example(context, `account ${verb} acct_… --reason "card was stolen"`))
      .action(async (id: string, options: DryRunOptions & { reason: string }) => {
        const { freezeAccountCommand } = await import('../commands/account-command.ts');
        await freezeAccountCommand(context, verb, id, options);
      });
  }
  withAccount(withDryRun(withJson(account.command('price-list'))))
    .description('what it is priced by from now on')
    .argument('<list>', 'a price list of the catalogue, or none: the one that every account has')
    .requiredOption('--reason <text>', 'why; kept with your name')
    .addHelpText('after', example(context, 'account price-list acct_… partners --reason "contract 7"'))
    .action(async (id: string, list: string, options: DryRunOptions & { reason: string }) => {
      const { setPriceListCommand } = await import('../commands/account-command.ts');
      await setPriceListCommand(context, id, list, options);
    });
  withAccount(withJson(account.command('actions')))
    .description('what was done to it, by whom and why, newest first')
    .option('--limit <number>', 'at most so many', wholeNumberArgument, 50)
    .addHelpText('after', example(context, 'account actions acct_…'))
    .action(async (id: string, options: { limit: number; json: boolean }) => {
      const { accountActionsCommand } = await import('../commands/account-command.ts');
      await accountActionsCommand(context, id, options);
    });
  withAccount(withJson(account.command('refer')))
    .description('say who invited it: its first paid period pays them, once')
    .argument('<inviter>', 'the account that invited it', accountArgument)
    .addHelpText('after', example(context, 'account refer acct_… acct_…'))
    .action(async (id: string, inviter: string, options: { json: boolean }) => {
      const { referCommand } = await import('../commands/account-command.ts');
      await referCommand(context, id, inviter, options);
    });
  withAccount(withJson(account.command('clock')))
    .description('its clock; that of a test account moved on, until it is there')
    .option('--advance-to <time>', 'RFC 3339, at most two months on', instantArgument)
    .addHelpText('after', example(context, 'account clock acct_… --advance-to 2026-03-01T00:00:00Z'))
    .action(async (id: string, options: { advanceTo?: string; json: boolean }) => {
      const { clockCommand } = await import('../commands/clock-command.ts');
      await clockCommand(context, id, options);
    });
}
