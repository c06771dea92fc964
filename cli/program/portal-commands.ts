import { InvalidArgumentError, Option } from 'commander';
import { PORTAL_RIGHTS } from '../../domain/portal-rights.ts';
import type { PortalSessionOptions } from '../commands/portal-command.ts';
import { wholeNumberArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { example, withAccount, withJson } from './command-parts.ts';

const HOUR_SECONDS = 3_600;

/** The commands for the pages of a customer: their tokens. */
export function addPortalCommands(program: CliCommand, context: CommandContext): void {
  const session = program
    .command('portal')
    .description('a customer’s pages: make an address of them, or end one')
    .helpCommand(false)
    .command('session')
    .description('tokens for the browsers of customers')
    .helpCommand(false);
  withAccount(withJson(session.command('create')))
    .description('an address that opens the pages of the account; its token is shown this once')
    .addOption(
      new Option('--can <right...>', 'what it may do').choices(PORTAL_RIGHTS).default(['read'], 'read'),
    )
    .option('--expires-in <seconds>', '900 to 86,400', wholeNumberArgument, HOUR_SECONDS)
    .addHelpText('after', example(context, 'portal session create acct_… --can read quote submit'))
    .action(async (account: string, options: PortalSessionOptions) => {
      const { createPortalSessionCommand } = await import('../commands/portal-command.ts');
      await createPortalSessionCommand(context, account, options);
    });
  withAccount(withJson(session.command('revoke')))
    .description('end one: its token is refused within a second')
    .argument('<session>', 'its id', portalSessionArgument)
    .addHelpText('after', example(context, 'portal session revoke acct_… portal_…'))
    .action(async (account: string, id: string, options: { json: boolean }) => {
      const { revokePortalSessionCommand } = await import('../commands/portal-command.ts');
      await revokePortalSessionCommand(context, account, id, options);
    });
}

function portalSessionArgument(text: string): string {
  if (/^portal_[0-9a-f]{20}$/.test(text)) return text;
  throw new InvalidArgumentError('The id of a portal session: portal_….');
}
