import { Option } from 'commander';
import { RENEWALS } from '../../domain/credits/plans.ts';
import { PROVIDER_NAMES } from '../../runtime/settings/model-services-config.ts';
import type { CostsOptions, FetchOptions, ImportOptions } from '../commands/costs-command.ts';
import type { GrantOptions } from '../commands/grant-command.ts';
import type { PlanOptions } from '../commands/plan-command.ts';
import type { StatementOptions } from '../commands/statement-command.ts';
import type { DryRunOptions } from '../dry-run.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import {
  accountArgument,
  daysArgument,
  grantArgument,
  instantArgument,
  instantOrDayArgument,
  monthArgument,
  wholeNumberArgument,
} from './arguments.ts';
import { example, exampleMonths, withAccount, withDryRun, withJson } from './command-parts.ts';
import { addAccountCommands } from './account-commands.ts';
import { addCompletionCommand } from './completion-command.ts';
import { addWebhookCommands } from './webhook-commands.ts';
import { addTriggerCommand } from './customer-job-commands.ts';
import { addLimitsCommands } from './limits-commands.ts';
import { addKeyCommands } from './key-commands.ts';
import { addOutputCommands } from './output-commands.ts';
import { addPortalCommands } from './portal-commands.ts';
import { addReviewCommands } from './review-commands.ts';
import { addSupportCommands } from './support-commands.ts';

const REPEAT = 'your own key: repeated with the same values, it does nothing twice';

/** The commands for accounts, credits and the ledger; each command is loaded when it is called, so that `--help` is fast. */
export function addOperatorCommands(program: CliCommand, context: CommandContext): void {
  addAccountCommands(program, context);
  addGrant(program, context);
  addPlan(program, context);
  addReads(program, context);
  addLimitsCommands(program, context);
  addLedger(program, context);
  addCosts(program, context);
  addKeyCommands(program, context);
  addSupportCommands(program, context);
  addOutputCommands(program, context);
  addReviewCommands(program, context);
  addPortalCommands(program, context);
  addTriggerCommand(program, context);
  addWebhookCommands(program, context);
  addCompletionCommand(program, context);
}

function addGrant(program: CliCommand, context: CommandContext): void {
  const grant = program
    .command('grant')
    .description('give credits to an account, or take a grant back')
    .usage('<account> [options]  (see: grant give --help)')
    .helpCommand(false);
  withAccount(withDryRun(withJson(grant.addUnnamed('give'))))
    .description('a trial, a top-up or goodwill (grant <account> is the same)')
    .addOption(new Option('--source <source>').choices(['trial', 'top_up', 'goodwill']).makeOptionMandatory())
    .option(
      '--credits <number>',
      'how many; of a trial those of the catalogue unless said',
      wholeNumberArgument,
    )
    .option('--pack <name>', 'of a top_up, in place of --credits: a pack of the catalogue')
    .requiredOption('--reference <text>', `${REPEAT}; of a top_up the payment’s`)
    .option(
      '--expires-at <time>',
      'RFC 3339; default: as the catalogue says of the source or the pack',
      instantArgument,
    )
    .option('--reason <text>', 'needed for goodwill; the customer sees it in the usage history')
    .needing(needsOfGrant)
    .addHelpText(
      'after',
      example(
        context,
        'grant acct_… --source top_up --pack medium --reference pi_123',
        'grant acct_… --source goodwill --credits 70 --reason "late delivery" --reference ticket-9',
      ),
    )
    .action(async (account: string, options: GrantOptions) => {
      const { grantCommand } = await import('../commands/grant-command.ts');
      await grantCommand(context, account, options);
    });
  withDryRun(withJson(grant.command('void')))
    .description('take back what is left of a grant (a charge-back)')
    .argument('<grant>', 'its id', grantArgument)
    .requiredOption('--reason <text>', 'why; kept with your name')
    .option('--account <id>', 'refuse unless the grant is of this account', accountArgument)
    .addHelpText('after', example(context, 'grant void grant_… --reason "chargeback cb-1"'))
    .action(async (id: string, options: DryRunOptions & { reason: string; account?: string }) => {
      const { voidGrantCommand } = await import('../commands/grant-command.ts');
      await voidGrantCommand(context, id, options);
    });
}

function needsOfGrant({ source, credits, pack, reason }: Partial<GrantOptions>): readonly string[] {
  const isPaid = source === 'top_up';
  const isGoodwill = source === 'goodwill';
  return [
    ...(isPaid && credits === undefined && pack === undefined
      ? ['--credits <number> or --pack <name> (of a top_up)']
      : []),
    ...(isGoodwill && credits === undefined ? ['--credits <number> (of goodwill)'] : []),
    ...(isGoodwill && reason === undefined ? ['--reason <text> (of goodwill)'] : []),
    ...(source === undefined ? ['and, as the source may ask: --credits, --pack, --reason'] : []),
  ];
}

function addPlan(program: CliCommand, context: CommandContext): void {
  const plan = program
    .command('plan')
    .description('set the plan of an account, or show it')
    .helpCommand(false);
  withAccount(withJson(plan.command('set')))
    .description('start, renew, raise, lower or end a plan')
    .argument('<plan>', 'a plan of the catalogue, or none: it ends with its period')
    .requiredOption('--reference <text>', REPEAT)
    .option(
      '--period-start <time>',
      'RFC 3339; default: the current period, or one that starts now',
      instantArgument,
    )
    .addOption(
      new Option('--renewal <how>', 'by our schedule, or by your calls (the default)').choices(RENEWALS),
    )
    .addHelpText(
      'after',
      example(
        context,
        'plan set acct_… pro --reference invoice-7',
        `plan set acct_… pro --reference invoice-8 --period-start ${exampleMonths(context).present}-01T00:00:00Z`,
      ),
    )
    .action(async (account: string, name: string, options: PlanOptions) => {
      const { setPlanCommand } = await import('../commands/plan-command.ts');
      await setPlanCommand(context, account, name, options);
    });
  withAccount(withJson(plan.command('show')))
    .description('the plan as it stands')
    .addHelpText('after', example(context, 'plan show acct_…'))
    .action(async (account: string, options: { json: boolean }) => {
      const { showPlanCommand } = await import('../commands/plan-command.ts');
      await showPlanCommand(context, account, options);
    });
}

function addReads(program: CliCommand, context: CommandContext): void {
  withAccount(withJson(program.command('balance')))
    .description('what an account can spend, what is reserved, each grant, what it buys')
    .addHelpText('after', example(context, 'balance acct_…'))
    .action(async (account: string, options: { json: boolean }) => {
      const { balanceCommand } = await import('../commands/balance-command.ts');
      await balanceCommand(context, account, options);
    });
  withAccount(withJson(program.command('statement')))
    .description('opening and closing balance and the sums between; or every row, as CSV')
    .option(
      '--from <time>',
      'RFC 3339 or a day (its first moment, UTC); included. Default: the opening',
      instantOrDayArgument,
    )
    .option('--to <time>', 'the same; not included. Default: now', instantOrDayArgument)
    .addOption(
      new Option('--month <YYYY-MM>', 'in place of both: a month, in UTC')
        .argParser(monthArgument)
        .conflicts(['from', 'to']),
    )
    .addOption(new Option('--csv', 'print the rows').default(false).conflicts('json'))
    .addHelpText(
      'after',
      example(
        context,
        `statement acct_… --month ${exampleMonths(context).last}`,
        `statement acct_… --from ${exampleMonths(context).last}-01 --to ${exampleMonths(context).present}-01`,
        'statement acct_… --csv > rows.csv',
      ),
    )
    .action(async (account: string, options: StatementOptions) => {
      const { statementCommand } = await import('../commands/statement-command.ts');
      await statementCommand(context, account, options);
    });
}

function addLedger(program: CliCommand, context: CommandContext): void {
  withJson(program.command('reconcile'))
    .description('look for credits that do not add up; no finding means that every invariant holds')
    .addHelpText('after', example(context, 'reconcile', 'reconcile --json | jq .ok'))
    .action(async (options: { json: boolean }) => {
      const { reconcileCommand } = await import('../commands/reconcile-command.ts');
      await reconcileCommand(context, options);
    });
  const ledger = program
    .command('ledger')
    .description('the ledger as an accountant reads it')
    .helpCommand(false);
  withJson(ledger.command('report'))
    .description('issued, spent, refunded, expired, voided and outstanding credits of a month, by source')
    .requiredOption('--month <month>', 'YYYY-MM, in UTC', monthArgument)
    .addHelpText('after', example(context, `ledger report --month ${exampleMonths(context).last}`))
    .action(async (options: { month: string; json: boolean }) => {
      const { ledgerReportCommand } = await import('../commands/ledger-report-command.ts');
      await ledgerReportCommand(context, options);
    });
  withJson(ledger.command('checks'))
    .description('when reconcile and the reconciler ran last, and what they found; runs neither')
    .addHelpText('after', example(context, 'ledger checks'))
    .action(async (options: { json: boolean }) => {
      const { ledgerChecksCommand } = await import('../commands/ledger-checks-command.ts');
      await ledgerChecksCommand(context, options);
    });
}

function addCosts(program: CliCommand, context: CommandContext): void {
  const costs = program
    .command('costs')
    .description('what model services cost us, and what their work brought in')
    .usage('[options]  (see: costs show --help)')
    .helpCommand(false);
  withJson(costs.addUnnamed('show'))
    .description('margin per model and kind; what was returned and paid all the same; bills in doubt')
    .option('--month <month>', 'YYYY-MM, in UTC; default: this one', monthArgument)
    .addHelpText('after', example(context, `costs --month ${exampleMonths(context).last}`))
    .action(async (options: CostsOptions) => {
      const { costsCommand } = await import('../commands/costs-command.ts');
      await costsCommand(context, options);
    });
  withJson(costs.command('import'))
    .description(
      'take a service’s bill: CSV with line, id and cost, the same as JSON, or fal’s billing events',
    )
    .argument('<file>', 'its path; JSON where it ends in .json')
    .addOption(
      new Option('--provider <name>', 'whose bill it is').choices(PROVIDER_NAMES).makeOptionMandatory(),
    )
    .addHelpText('after', example(context, 'costs import bill.csv --provider replicate'))
    .action(async (file: string, options: ImportOptions) => {
      const { importCostsCommand } = await import('../commands/costs-command.ts');
      await importCostsCommand(context, file, options);
    });
  withJson(costs.command('fetch'))
    .description('take what a service has billed lately from the service itself; once a day, from cron')
    .addOption(new Option('--provider <name>', 'of which service').choices(['fal']).makeOptionMandatory())
    .addOption(new Option('--days <n>', 'how far back, 1 to 90').default(7).argParser(daysArgument))
    .addHelpText('after', example(context, 'costs fetch --provider fal'))
    .action(async (options: FetchOptions) => {
      const { fetchCostsCommand } = await import('../commands/costs-command.ts');
      await fetchCostsCommand(context, options);
    });
}
