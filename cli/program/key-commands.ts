import { InvalidArgumentError, Option } from 'commander';
import { API_KEY_SCOPES } from '../../contract/api-key-scopes.ts';
import type { CommandContext } from '../command-context.ts';
import type { CreateKeyOptions } from '../commands/key-command.ts';
import type { ListKeysOptions, RevokeKeyOptions, RotateKeyOptions } from '../commands/keys-command.ts';
import { accountArgument, keyNameArgument, wholeNumberArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import { example, withDryRun, withJson } from './command-parts.ts';

const DAY_SECONDS = 86_400;

/** The commands for API keys: the first is made in the database, and then they are kept over HTTP. */
export function addKeyCommands(program: CliCommand, context: CommandContext): void {
  const key = program
    .command('key')
    .description('make, list, replace and revoke API keys')
    .helpCommand(false);
  addCreate(key, context);
  withJson(key.command('list'))
    .description('keys, newest first, those that are over too')
    .option('--account <id>', 'of this account; default: all there are', accountArgument)
    .option('--limit <number>', 'at most so many', wholeNumberArgument, 50)
    .addHelpText('after', example(context, 'key list --account acct_…'))
    .action(async (options: ListKeysOptions) => {
      const { listKeysCommand } = await import('../commands/keys-command.ts');
      await listKeysCommand(context, options);
    });
  withDryRun(withJson(key.command('rotate')))
    .description('make a key in place of another; its secret is shown once')
    .argument('<key>', 'its id', keyArgument)
    .requiredOption('--reason <text>', 'why; kept with your name')
    .option('--grace-seconds <number>', 'how long the old one works on', wholeNumberArgument, DAY_SECONDS)
    .option('--reference <text>', 'your own key: repeated with the same values, it makes no second one')
    .addHelpText('after', example(context, 'key rotate key_… --reason yearly'))
    .action(async (id: string, options: RotateKeyOptions) => {
      const { rotateKeyCommand } = await import('../commands/keys-command.ts');
      await rotateKeyCommand(context, id, options);
    });
  withDryRun(withJson(key.command('revoke')))
    .description('end a key: it is refused within a second')
    .argument('<key>', 'its id', keyArgument)
    .requiredOption('--reason <text>', 'why; kept with your name')
    .addHelpText('after', example(context, 'key revoke key_… --reason leaked'))
    .action(async (id: string, options: RevokeKeyOptions) => {
      const { revokeKeyCommand } = await import('../commands/keys-command.ts');
      await revokeKeyCommand(context, id, options);
    });
}

function keyArgument(text: string): string {
  if (/^key_[0-9a-f]{20}$/.test(text)) return text;
  throw new InvalidArgumentError('A key id: key_….');
}

function addCreate(key: CliCommand, context: CommandContext): void {
  withJson(key.command('create'))
    .description('make a key; its secret is shown once')
    .requiredOption('--name <name>', 'what it is for', keyNameArgument)
    .addOption(
      new Option('--scope <scope...>', 'what it may do; admin is all of it')
        .choices(API_KEY_SCOPES)
        .makeOptionMandatory(),
    )
    .option('--account <id>', 'whose it is; default: a platform key, for every account', accountArgument)
    .addHelpText(
      'after',
      example(
        context,
        'key create --name platform --scope admin',
        'key create --name site --scope jobs:write jobs:read --account acct_…',
      ),
    )
    .action(async (options: CreateKeyOptions) => {
      const { createKeyCommand } = await import('../commands/key-command.ts');
      await createKeyCommand(context, options);
    });
}
