import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileNameOf, type HoldfastClient, type Job, type JobEvent } from '../../client/http/http-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { fitLines } from '../show/fit-line.ts';
import { readJobBody } from '../input/read-job-body.ts';
import { withClient } from '../operator-api.ts';
import { fields, second, show, shown } from '../show/show.ts';
import { formatRecords, formatTable, printJson, printLine, printProgress } from '../show/terminal.ts';
import { counted } from '../../domain/texts/counted.ts';

/** A customer's calls, for the named account or the job's own. */

export type ListJobsOptions = {
  readonly account: string;
  readonly state?: Job['state'];
  readonly kind?: string;
  readonly limit: number;
  readonly json: boolean;
};

export type SubmitJobOptions = {
  readonly account: string;
  readonly key?: string;
  readonly wait: boolean;
  readonly json: boolean;
};

export type QuoteJobOptions = { readonly account: string; readonly json: boolean };

export type OneJobOptions = { readonly account?: string; readonly json: boolean };

/** `holdfast job list`: newest first. */
export async function listJobsCommand(context: CommandContext, options: ListJobsOptions): Promise<void> {
  const { account, state, kind, limit } = options;
  const jobs = await withClient(context, (holdfast) =>
    holdfast.jobs
      .list(
        { limit: Math.min(limit, 100), ...(state && { state }), ...(kind !== undefined && { kind }) },
        { account },
      )
      .toArray({ atMost: limit }),
  );
  show({ data: jobs }, options, () =>
    jobs.length === 0
      ? 'No such jobs.'
      : formatRecords(
          ['created', 'kind', 'state', 'charged'],
          jobs.map((job) => ({
            cells: [second(job.created_at), job.kind, job.state, shown(job.billing.committed)],
            below: [`${job.id}: ${job.summary}`],
          })),
        ),
  );
}

/** `holdfast job quote`: the price of a body in a file. */
export async function quoteJobCommand(
  context: CommandContext,
  file: string,
  { account, json }: QuoteJobOptions,
): Promise<void> {
  const body = await readJobBody(file);
  const quote = await withClient(context, (holdfast) => holdfast.quotes.create(body, { account }));
  show(quote, { json }, () =>
    [
      formatTable(
        ['item', 'kind', 'each', 'outputs', 'credits'],
        quote.lines.map(({ item, kind, unit_credits, quantity, credits }) =>
          [item, kind, unit_credits, quantity, credits].map(shown),
        ),
      ),
      fields([
        ['Quote', quote.id],
        ['Total', quote.total],
        ['Balance after', quote.balance_after],
        ['Affordable', quote.affordable ? 'yes' : 'no'],
        ['Holds until', second(quote.expires_at)],
      ]),
    ].join('\n\n'),
  );
}

/** `holdfast job submit`: submits a body in a file; with --wait, to the job's end. */
export async function submitJobCommand(
  context: CommandContext,
  file: string,
  options: SubmitJobOptions,
): Promise<void> {
  const body = await readJobBody(file);
  const { account, key = randomUUID() } = options;
  const job = await withClient(context, async (holdfast) => {
    const submitted = await holdfast.jobs.create(body, { account, idempotencyKey: key });
    if (!options.wait) return submitted;
    printProgress(`${submitted.id}: ${counted(submitted.billing.reserved, 'credit')} reserved; waiting …`);
    return holdfast.jobs.wait(submitted.id, { account });
  });
  show(job, options, () => linesOf(job));
  if (options.wait) requireResult(job);
}

/** `holdfast job cancel`: the customer's cancel. */
export async function cancelJobCommand(
  context: CommandContext,
  id: string,
  options: OneJobOptions,
): Promise<void> {
  const job = await withClient(context, async (holdfast) =>
    holdfast.jobs.cancel(id, { account: await accountOf(holdfast, id, options) }),
  );
  show(job, options, () => `Asked to cancel ${id}.\n${linesOf(job)}`);
}

/** `holdfast job watch`: its events as they happen, until it has ended. As JSON, one per line. */
export async function watchJobCommand(
  context: CommandContext,
  id: string,
  options: OneJobOptions,
): Promise<void> {
  const job = await withClient(context, async (holdfast) => {
    const account = await accountOf(holdfast, id, options);
    for await (const event of holdfast.jobs.events(id, { account })) {
      if (options.json) printLine(JSON.stringify(event));
      else printLine(linesOfEvent(event));
    }
    return holdfast.jobs.retrieve(id, { account });
  });
  if (!options.json) printLine(`${job.state}: ${job.summary}`);
  requireResult(job);
}

/** `holdfast job download`: every delivered file, checked against its sha256. */
export async function downloadJobCommand(
  context: CommandContext,
  id: string,
  options: OneJobOptions & { readonly output: string },
): Promise<void> {
  const files = await withClient(context, async (holdfast) => {
    const account = await accountOf(holdfast, id, options);
    const job = await holdfast.jobs.retrieve(id, { account });
    const delivered = job.outputs.filter((output) => output.state === 'succeeded');
    if (delivered.length === 0) {
      throw new CommandError(`${id} has no files: it is ${job.state}.`, EXIT_CODE.failed);
    }
    await mkdir(options.output, { recursive: true });
    const saved: { readonly file: string; readonly sha256: string | null; readonly bytes: number | null }[] =
      [];
    for (const output of delivered) {
      const file = path.join(options.output, fileNameOf(output));
      await holdfast.outputs.save(output, file, { account });
      saved.push({ file, sha256: output.sha256, bytes: output.bytes });
      if (!options.json) printLine(file);
    }
    return saved;
  });
  if (options.json) printJson({ data: files });
}

/** The job's account, which customers' calls name: support has the id alone. */
async function accountOf(holdfast: HoldfastClient, id: string, { account }: OneJobOptions): Promise<string> {
  return account ?? (await holdfast.jobs.inspect(id)).account_id;
}

/** The exit code tells a script whether there is a file. */
function requireResult(job: Job): void {
  if (job.counts.succeeded > 0) return;
  const why = job.failure === null ? job.state : `${job.failure.code}: ${job.failure.detail}`;
  throw new CommandError(`${job.id} delivered nothing (${why})`, EXIT_CODE.failed);
}

function linesOfEvent({ created_at, type, data }: JobEvent): string {
  const told = Object.entries(data).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  );
  const detail = told.map(([name, value]) => `${name} ${String(value)}`).join(', ');
  return `${second(created_at)}  ${type}${detail === '' ? '' : `\n  ${fitLines(detail, 2)}`}`;
}

function linesOf(job: Job): string {
  return fields([
    ['Job', job.id],
    ['State', job.state],
    ['Summary', job.summary],
    ['Reserved', job.billing.reserved],
    ['Charged', job.billing.committed],
    ['Returned', job.billing.returned],
    ['Returns by', job.billing.reserved > 0 ? second(job.returned_automatically_by) : null],
  ]);
}
