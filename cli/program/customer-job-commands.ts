import { Option } from 'commander';
import { JOB_STATES } from '../../domain/work/job-state.ts';
import { accountArgument, jobArgument, wholeNumberArgument } from './arguments.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { example, withJson } from './command-parts.ts';
import type { TriggerOptions } from '../commands/trigger-command.ts';
import { EVENT_TYPES, type EventType } from '../../domain/event-types.ts';
import type {
  ListJobsOptions,
  OneJobOptions,
  QuoteJobOptions,
  SubmitJobOptions,
} from '../commands/customer-job-command.ts';

const OWN_ACCOUNT = 'whose it is; default: found by the job';

/** What customers do with jobs, for operators and scripts. */
export function addCustomerJobCommands(job: CliCommand, context: CommandContext): void {
  withJson(job.command('list'))
    .description('an account’s jobs, newest first')
    .requiredOption('--account <id>', 'whose', accountArgument)
    .addOption(new Option('--state <state>', 'only these').choices(JOB_STATES))
    .option('--kind <kind>', 'only these')
    .option('--limit <number>', 'at most so many', wholeNumberArgument, 50)
    .addHelpText('after', example(context, 'job list --account acct_… --state failed'))
    .action(async (options: ListJobsOptions) => {
      const { listJobsCommand } = await import('../commands/customer-job-command.ts');
      await listJobsCommand(context, options);
    });
  withJson(job.command('quote'))
    .description('what the job body in a file would cost now; nothing is spent')
    .argument('<file>', 'JSON; - is stdin')
    .requiredOption('--account <id>', 'for whom', accountArgument)
    .addHelpText('after', example(context, 'job quote examples/jobs/batch.json --account acct_…'))
    .action(async (file: string, options: QuoteJobOptions) => {
      const { quoteJobCommand } = await import('../commands/customer-job-command.ts');
      await quoteJobCommand(context, file, options);
    });
  withJson(job.command('submit'))
    .description('submit the job body in a file; its credits are reserved at once')
    .argument('<file>', 'JSON; - is stdin')
    .requiredOption('--account <id>', 'who pays', accountArgument)
    .option('--key <text>', 'the Idempotency-Key; default: a new one, so that each call is a job')
    .option('--wait', 'to its end; exit code 1 where nothing was delivered', false)
    .addHelpText('after', example(context, 'job submit examples/jobs/static-ad.json --account acct_… --wait'))
    .action(async (file: string, options: SubmitJobOptions) => {
      const { submitJobCommand } = await import('../commands/customer-job-command.ts');
      await submitJobCommand(context, file, options);
    });
  withJob(job.command('watch'))
    .description('events as they come, until it has ended; exit code 1 where nothing was delivered')
    .addHelpText('after', example(context, 'job watch job_…'))
    .action(async (id: string, options: OneJobOptions) => {
      const { watchJobCommand } = await import('../commands/customer-job-command.ts');
      await watchJobCommand(context, id, options);
    });
  withJob(job.command('download'))
    .description('every file that was delivered, each held against its sha256')
    .option('--output <folder>', 'where to', '.')
    .addHelpText('after', example(context, 'job download job_… --output out'))
    .action(async (id: string, options: OneJobOptions & { readonly output: string }) => {
      const { downloadJobCommand } = await import('../commands/customer-job-command.ts');
      await downloadJobCommand(context, id, options);
    });
  withJob(job.command('cancel'))
    .description('the customer’s cancel: what a model has begun may be charged, as its cancel rule says')
    .addHelpText('after', example(context, 'job cancel job_…'))
    .action(async (id: string, options: OneJobOptions) => {
      const { cancelJobCommand } = await import('../commands/customer-job-command.ts');
      await cancelJobCommand(context, id, options);
    });
}

/** `holdfast trigger`: an event of the sandbox. */
export function addTriggerCommand(program: CliCommand, context: CommandContext): void {
  const trigger = withJson(program.command('trigger'));
  trigger
    .description('bring an event about in the sandbox, by what it comes from: job.failed, plan.renewed, …')
    .addArgument(trigger.createArgument('<event>', 'its type').choices(EVENT_TYPES))
    .option('--account <id>', 'an account of tests; default: a new one', accountArgument)
    .option('--body <file>', 'the work of the job; default: the shortest that the catalogue has')
    .addHelpText('after', example(context, 'trigger job.failed', 'trigger job.stuck --account acct_…'))
    .action(async (type: EventType, options: TriggerOptions) => {
      const { triggerCommand } = await import('../commands/trigger-command.ts');
      await triggerCommand(context, type, options);
    });
}

function withJob(command: CliCommand): CliCommand {
  return withJson(command)
    .argument('<job>', 'its id', jobArgument)
    .option('--account <id>', OWN_ACCOUNT, accountArgument);
}
