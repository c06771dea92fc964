import { createHash } from 'node:crypto';
import type { Job } from '../../contract/shapes/job-shapes.ts';
import { sentBodyOf, type SupportBody, type SupportCommand } from '../../contract/support-command.ts';
import type { Inspection } from '../../contract/shapes/support-shapes.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi } from '../operator-api.ts';
import { describeInspection } from '../show/describe-inspection.ts';
import { isDryRun } from '../dry-run.ts';
import { fields, second, show } from '../show/show.ts';
import { printProgress } from '../show/terminal.ts';

/** The API finds a job's account by its id; `account` is an extra check. */
export type JobOptions = { readonly account?: string; readonly json: boolean };
export type JobCommandOptions = JobOptions & {
  readonly reason: string;
  readonly dryRun: boolean;
  /** The key; by default derived from the command, so that its repeat does nothing. */
  readonly reference?: string;
};

/** `holdfast job inspect`: all that is on record of a job, and the next automatic action. */
export async function inspectJobCommand(
  context: CommandContext,
  job: string,
  options: JobOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const { body } = await api.json<Inspection>(`/v1/jobs/${job}/inspect`, { account: options.account });
  show(body, options, () => describeInspection(body));
}

/**
 * `holdfast job release`, refund, extend, restart and resolve: one call each, with who and why on record; or a dry run.
 */
export async function jobCommand(
  context: CommandContext,
  job: string,
  body: SupportBody,
  options: JobCommandOptions,
): Promise<void> {
  const { account } = options;
  if (await isDryRun(context, options, (holdfast) => holdfast.jobs.preview(job, body, { account }))) return;
  const api = await connectOperatorApi(context);
  const key = options.reference ?? keyOf(job, body);
  const command: SupportCommand = { ...body, job_id: job, key, actor: context.actor };
  if (!options.json) printProgress(`${command.command} ${job} …`);
  const { body: now, isReplay } = await api.json<Job>(`/v1/jobs/${job}/${command.command}`, {
    account: options.account,
    body: sentBodyOf(command),
    key,
  });
  show(now, options, () => {
    const news = isReplay
      ? '\n(Done before under this reference, and not again; name another --reference\nto do it once more.)'
      : '';
    return `${PAST[body.command]} ${now.id}.\n${linesOf(now)}${news}`;
  });
}

const PAST = {
  release: 'Released',
  refund: 'Refunded',
  extend: 'Extended',
  restart: 'Restarted',
  resolve: 'Resolved',
} as const;

/** 128 bits of a hash of the command: repeated, from a shell's history say, it is the same command. */
function keyOf(job: string, body: SupportBody): string {
  const digest = createHash('sha256').update(JSON.stringify([job, body]), 'utf8');
  return `cli-${digest.digest('hex').slice(0, 32)}`;
}

function linesOf({ state, summary, billing, returned_automatically_by }: Job): string {
  return fields([
    ['State', state],
    ['Summary', summary],
    ['Reserved', billing.reserved],
    ['Charged', billing.committed],
    ['Returned', billing.returned],
    ['Refunded', billing.refunded],
    ['Returns by', billing.reserved > 0 ? second(returned_automatically_by) : null],
  ]);
}
