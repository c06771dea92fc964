import { Option } from 'commander';
import type { JobCommandOptions, JobOptions } from '../commands/job-command.ts';
import type { RepairsOptions } from '../commands/repairs-command.ts';
import type { CliCommand } from './cli-command.ts';
import type { AttemptName, SupportBody, SupportBodyOf } from '../../contract/support-command.ts';
import type { CommandContext } from '../command-context.ts';
import {
  accountArgument,
  attemptArgument,
  jobArgument,
  outputArgument,
  timeAheadArgument,
  wholeNumberArgument,
} from './arguments.ts';
import { example, withJson } from './command-parts.ts';
import { addCustomerJobCommands } from './customer-job-commands.ts';

const REFERENCE =
  'the key; default: derived from the command, so that the very same one again does nothing twice';

type RefundOptions = JobCommandOptions & { readonly credits?: number; readonly output?: string };
type ResolveOptions = JobCommandOptions & {
  readonly outcome: SupportBodyOf<'resolve'>['outcome'];
  readonly attempt?: AttemptName;
  readonly providerJobId?: string;
};

/** Support's commands for jobs, over HTTP; each command is loaded when it is called. */
export function addSupportCommands(program: CliCommand, context: CommandContext): void {
  const job = program
    .command('job')
    .description('submit, list, watch, download; and inspect, restart, extend, release, refund, resolve')
    .helpCommand(false);
  addCustomerJobCommands(job, context);
  addInspect(job, context);
  addRestart(job, context);
  addExtend(job, context);
  addRelease(job, context);
  addRefund(job, context);
  addResolve(job, context);
  addRepairs(program, context);
  addModels(program, context);
  addSearch(program, context);
}

function addInspect(job: CliCommand, context: CommandContext): void {
  job
    .command('inspect')
    .argument('<job>', 'its id', jobArgument)
    .option('--account <id>', 'refuse unless it is of this account', accountArgument)
    .option('--json', 'print the answer as JSON', false)
    .description('attempts, provider job ids, credits, what was done, and what happens next by itself')
    .addHelpText('after', example(context, 'job inspect job_…'))
    .action(async (id: string, options: JobOptions) => {
      const { inspectJobCommand } = await import('../commands/job-command.ts');
      await inspectJobCommand(context, id, options);
    });
}

function addRestart(job: CliCommand, context: CommandContext): void {
  addJobCommand(
    context,
    job.command('restart').description('make a new attempt in place of one that runs; its time begins anew'),
    ({ reason, fromAttempt }: JobCommandOptions & { readonly fromAttempt: AttemptName }) => ({
      command: 'restart',
      ...{ reason, from_attempt: fromAttempt },
    }),
  )
    .requiredOption(
      '--from-attempt <attempt>',
      'which one it replaces: a number, or a reference (see inspect)',
      attemptArgument,
    )
    .addHelpText(
      'after',
      example(context, 'job restart job_… --from-attempt 1 --reason "hangs at the provider"'),
    );
}

function addExtend(job: CliCommand, context: CommandContext): void {
  addJobCommand(
    context,
    job.command('extend').description('let it run until a later time, at most a week ahead'),
    ({ reason, until }: JobCommandOptions & { readonly until: string }) => ({
      command: 'extend',
      ...{ reason, until },
    }),
  )
    .requiredOption(
      '--until <time>',
      'later than it returns now: +90m, +2h, +1d from now on, or RFC 3339',
      timeAheadArgument(context.now),
    )
    .addHelpText('after', example(context, 'job extend job_… --until +2h --reason "large film"'));
}

function addRelease(job: CliCommand, context: CommandContext): void {
  addJobCommand(
    context,
    job.command('release').description('return the reserved credits now, and stop the model'),
    ({ reason }: JobCommandOptions) => ({ command: 'release', reason }),
  ).addHelpText(
    'after',
    example(
      context,
      'job release job_… --reason "customer waits" --dry-run',
      'job release job_… --reason "customer waits"',
    ),
  );
}

function addRefund(job: CliCommand, context: CommandContext): void {
  addJobCommand(
    context,
    job.command('refund').description('give charged credits back, all that is left unless said'),
    ({ reason, credits, output }: RefundOptions) => ({
      command: 'refund',
      ...{ reason, credits, output_id: output },
    }),
  )
    .option('--credits <number>', 'how many', wholeNumberArgument)
    .option('--output <id>', 'of this output; default: of all, the last first', outputArgument)
    .addHelpText(
      'after',
      example(
        context,
        'job refund job_… --reason "logo is off"',
        'job refund job_… --credits 10 --reason "late" --reference ticket-9',
      ),
    );
}

function addResolve(job: CliCommand, context: CommandContext): void {
  addJobCommand(
    context,
    job.command('resolve').description('say what an attempt with an unknown outcome was'),
    ({ reason, outcome, attempt, providerJobId }: ResolveOptions) => ({
      command: 'resolve',
      ...{ reason, outcome, attempt, provider_job_id: providerJobId },
    }),
  )
    .addOption(
      new Option('--outcome <what>', 'ran: it is collected and charged; did_not_run: submitted again')
        .choices(['ran', 'did_not_run'])
        .makeOptionMandatory(),
    )
    .option('--attempt <attempt>', 'a number or a reference; default: the only one', attemptArgument)
    .option('--provider-job-id <id>', 'of one that ran, as the provider shows it; default: it is looked up')
    .addHelpText(
      'after',
      example(context, 'job resolve job_… --outcome did_not_run --reason "not in their list"'),
    );
}

function addRepairs(program: CliCommand, context: CommandContext): void {
  program
    .command('repairs')
    .description('what the reconciler found and could not settle by itself, oldest first')
    .option('--account <id>', 'of one account; default: of all', accountArgument)
    .option('--resolved', 'those that are settled by now, instead', false)
    .option('--json', 'print the answer as JSON', false)
    .addHelpText('after', example(context, 'repairs', 'repairs --account acct_… --resolved'))
    .action(async (options: RepairsOptions) => {
      const { repairsCommand } = await import('../commands/repairs-command.ts');
      await repairsCommand(context, options);
    });
}

function addModels(program: CliCommand, context: CommandContext): void {
  program
    .command('models')
    .description('how each model does: its circuit breaker, what is in flight, what waits')
    .option('--json', 'print the answer as JSON', false)
    .addHelpText('after', example(context, 'models'))
    .action(async (options: { readonly json: boolean }) => {
      const { modelsCommand } = await import('../commands/models-command.ts');
      await modelsCommand(context, options);
    });
}

function addSearch(program: CliCommand, context: CommandContext): void {
  withJson(program.command('search'))
    .description('what an id is, and whose; or accounts by reference, or the beginning of a name')
    .argument('<text>', 'an id of ours or of a provider, a reference, or a name')
    .addHelpText('after', example(context, 'search grant_…', 'search Tidewell'))
    .action(async (text: string, options: { readonly json: boolean }) => {
      const { searchCommand } = await import('../commands/search-command.ts');
      await searchCommand(context, text, options);
    });
}

/** The parts of every command that changes a job: which job, the reason, the key. */
// Commander does not type options: each command knows its own.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function addJobCommand<Options extends JobCommandOptions>(
  context: CommandContext,
  command: CliCommand,
  bodyOf: (options: Options) => SupportBody,
): CliCommand {
  return command
    .argument('<job>', 'its id', jobArgument)
    .option('--account <id>', 'refuse unless it is of this account', accountArgument)
    .requiredOption('--reason <text>', 'why; kept with your name')
    .option('--reference <text>', REFERENCE)
    .option('--dry-run', 'say what it would do, and do nothing', false)
    .option('--json', 'print the answer as JSON', false)
    .action(async (id: string, options: Options) => {
      const { jobCommand } = await import('../commands/job-command.ts');
      await jobCommand(context, id, bodyOf(options), options);
    });
}
