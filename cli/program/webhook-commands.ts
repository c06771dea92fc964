import { Option } from 'commander';
import { EVENT_TYPES, type EventType } from '../../domain/event-types.ts';
import { accountArgument, instantArgument, wholeNumberArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { example, withAccount, withDryRun, withJson } from './command-parts.ts';
import type { EventsOptions } from '../commands/events-command.ts';
import type { ResendOptions, UpdateOptions } from '../commands/webhook-command.ts';
import type { ListenOptions } from '../commands/listen-command.ts';

type Json = { readonly json: boolean };

/** The commands about what happens in an account: to read it, to have it sent, and to see what became of that. */
export function addWebhookCommands(program: CliCommand, context: CommandContext): void {
  addEvents(program, context);
  addListen(program, context);
  const webhook = program
    .command('webhook')
    .description('where an account’s events are sent')
    .helpCommand(false);
  addEndpoints(webhook, context);
  addDeliveries(webhook, context);
}

const eventTypes = (flags: string, help: string) => new Option(flags, help).choices(EVENT_TYPES);

function addEvents(program: CliCommand, context: CommandContext): void {
  withAccount(withJson(program.command('events')))
    .description('what happened in an account, in order; or, as it happens')
    .option('--after <sequence>', 'only what came after this one; default: all', wholeNumberArgument)
    .addOption(eventTypes('--type <type>', 'of this type only'))
    .option('--follow', 'go on as they come, until Ctrl-C', false)
    .option('--count <number>', 'with --follow: until there have been so many', wholeNumberArgument)
    .addHelpText('after', example(context, 'events acct_… --follow', 'events acct_… --type credits.low'))
    .action(async (account: string, options: EventsOptions) => {
      const { eventsCommand } = await import('../commands/events-command.ts');
      await eventsCommand(context, account, options);
    });
}

function addListen(program: CliCommand, context: CommandContext): void {
  withJson(program.command('listen'))
    .description('send events of a sandbox account to a receiver on this machine, signed as webhooks are')
    .requiredOption('--forward-to <url>', 'where to, e.g. http://localhost:3000/hook')
    .option('--account <id>', 'an account of tests; default: one that is kept for this', accountArgument)
    .option('--count <number>', 'until there have been so many', wholeNumberArgument)
    .addHelpText('after', example(context, 'listen --forward-to http://localhost:3000/hook'))
    .action(async (options: ListenOptions) => {
      const { listenCommand } = await import('../commands/listen-command.ts');
      await listenCommand(context, options);
    });
}

function addEndpoints(webhook: CliCommand, context: CommandContext): void {
  withAccount(withJson(webhook.command('create')))
    .description('have events sent to an address; its secret is shown once')
    .requiredOption('--url <url>', 'https, of a public machine')
    .addOption(eventTypes('--event <type...>', 'the types').makeOptionMandatory())
    .addHelpText(
      'after',
      example(context, 'webhook create acct_… --url https://example.com/hook --event job.failed'),
    )
    .action(async (account: string, options: Json & { url: string; event: readonly EventType[] }) => {
      const { createWebhookCommand } = await import('../commands/webhook-command.ts');
      await createWebhookCommand(context, account, options);
    });
  withAccount(withJson(webhook.command('list')))
    .description('the endpoints of an account')
    .addHelpText('after', example(context, 'webhook list acct_…'))
    .action(async (account: string, options: Json) => {
      const { listWebhooksCommand } = await import('../commands/webhook-command.ts');
      await listWebhooksCommand(context, account, options);
    });
  withEndpoint(webhook.command('update'))
    .description('change what is named: address, types, or whether anything is sent')
    .option('--url <url>', 'https, of a public machine')
    .addOption(eventTypes('--event <type...>', 'the types, all of them'))
    .option('--enable', 'send to it again: what waits for it first')
    .addOption(new Option('--disable', 'send nothing to it').conflicts('enable'))
    .addHelpText('after', example(context, 'webhook update acct_… we_… --enable'))
    .action(async (account: string, id: string, options: Json & UpdateOptions) => {
      const { updateWebhookCommand } = await import('../commands/webhook-command.ts');
      await updateWebhookCommand(context, account, id, options);
    });
  withEndpoint(webhook.command('delete'))
    .description('send nothing to it any more, and forget it')
    .addHelpText('after', example(context, 'webhook delete acct_… we_…'))
    .action(async (account: string, id: string, options: Json) => {
      const { deleteWebhookCommand } = await import('../commands/webhook-command.ts');
      await deleteWebhookCommand(context, account, id, options);
    });
  withEndpoint(webhook.command('rotate'))
    .description('another secret, shown once; the old one signs beside it for a time')
    .option('--grace <seconds>', 'how long both sign; default: a day', wholeNumberArgument)
    .addHelpText('after', example(context, 'webhook rotate acct_… we_…'))
    .action(async (account: string, id: string, options: Json & { grace?: number }) => {
      const { rotateWebhookCommand } = await import('../commands/webhook-command.ts');
      await rotateWebhookCommand(context, account, id, options);
    });
}

function addDeliveries(webhook: CliCommand, context: CommandContext): void {
  withEndpoint(webhook.command('deliveries'))
    .description('what became of each delivery, newest first')
    .addOption(new Option('--state <state>').choices(['pending', 'delivered', 'failed']))
    .addHelpText('after', example(context, 'webhook deliveries acct_… we_… --state failed'))
    .action(async (account: string, id: string, options: Json & { state?: string }) => {
      const { webhookDeliveriesCommand } = await import('../commands/webhook-command.ts');
      await webhookDeliveriesCommand(context, account, id, options);
    });
  withDryRun(withEndpoint(webhook.command('resend')))
    .description('send one delivery again, or all events since a time')
    .option('--reason <text>', 'why; kept with your name')
    .option('--delivery <id>', 'dlv_…')
    .addOption(
      new Option('--since <time>', 'RFC 3339: also what was not sent then')
        .argParser(instantArgument)
        .conflicts('delivery'),
    )
    .needing(({ delivery, since }: Partial<{ delivery: string; since: string }>) =>
      delivery === undefined && since === undefined ? ['--delivery <id> or --since <time>'] : [],
    )
    .addHelpText('after', example(context, 'webhook resend acct_… we_… --since 2026-01-31T12:00:00Z'))
    .action(async (account: string, id: string, options: ResendOptions) => {
      const { resendWebhooksCommand } = await import('../commands/webhook-command.ts');
      await resendWebhooksCommand(context, account, id, options);
    });
}

function withEndpoint(command: CliCommand): CliCommand {
  return withAccount(withJson(command)).argument('<endpoint>', 'its id: we_…');
}
