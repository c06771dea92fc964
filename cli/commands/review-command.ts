import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReviewForSupport } from '../../contract/shapes/review-shapes.ts';
import type { ReviewDecision } from '../../domain/support/review.ts';
import type { CommandContext } from '../command-context.ts';
import { connectOperatorApi, type OperatorApi } from '../operator-api.ts';
import { isDryRun } from '../dry-run.ts';
import { CommandError, EXIT_CODE } from '../exit-codes.ts';
import { fields, second, show, shown } from '../show/show.ts';
import { formatRecords } from '../show/terminal.ts';
import { counted } from '../../domain/texts/counted.ts';

export type ListReviewsOptions = {
  readonly state: string;
  readonly category?: string;
  readonly account?: string;
  readonly limit: number;
  readonly json: boolean;
};

export type DecideReviewOptions = {
  readonly reason: string;
  readonly key?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
};

/** `holdfast review list`. */
export async function listReviewsCommand(
  context: CommandContext,
  options: ListReviewsOptions,
): Promise<void> {
  const api = await connectOperatorApi(context);
  const query = new URLSearchParams({ state: options.state, limit: String(options.limit) });
  if (options.category !== undefined) query.set('category', options.category);
  const { body } = await api.json<{ readonly data: readonly ReviewForSupport[] }>(
    `/v1/reviews?${query.toString()}`,
    {
      account: options.account,
    },
  );
  show(body, options, () =>
    body.data.length === 0
      ? `No ${options.state} reviews.`
      : formatRecords(
          ['reported', 'category', 'state'],
          body.data.map((review) => ({
            cells: [second(review.created_at), review.category, stateOf(review)],
            below: [`${review.id} of ${review.account_id}`],
          })),
        ),
  );
}

/**
 * `holdfast review show`: with --output, the reported output goes to a file, or to stdout (`-`) instead of the text.
 */
export async function showReviewCommand(
  context: CommandContext,
  id: string,
  options: { readonly output?: string; readonly json: boolean },
): Promise<void> {
  if (options.output === '-' && options.json)
    throw new CommandError('--json cannot be used with --output -: both are stdout', EXIT_CODE.usage);
  const api = await connectOperatorApi(context);
  const { body } = await api.json<ReviewForSupport>(`/v1/reviews/${id}`);
  if (options.output === '-') {
    await printOutput(api, body);
    return;
  }
  if (options.output !== undefined) await save(api, body, options.output);
  show(body, options, () => linesOf(body));
}

/** `holdfast review decide`. */
export async function decideReviewCommand(
  context: CommandContext,
  id: string,
  decision: ReviewDecision,
  options: DecideReviewOptions,
): Promise<void> {
  const asked = { decision, reason: options.reason };
  if (await isDryRun(context, options, (holdfast) => holdfast.reviews.preview(id, asked))) return;
  const api = await connectOperatorApi(context);
  const { body, isReplay } = await api.json<ReviewForSupport>(`/v1/reviews/${id}/decision`, {
    key: options.key ?? randomUUID(),
    body: asked,
  });
  const news = isReplay ? '\n(It had been decided so before, and was not again.)' : '';
  show(body, options, () => linesOf(body) + news);
}

/** For a pipe: a container does not have the user's folders. */
async function printOutput(api: OperatorApi, review: ReviewForSupport): Promise<void> {
  const { body } = await api.open(review.output.content_url, { account: review.account_id, accept: '*/*' });
  if (body !== null) await pipeline(Readable.fromWeb(body as never), process.stdout, { end: false });
}

async function save(api: OperatorApi, review: ReviewForSupport, file: string): Promise<void> {
  const { body } = await api.open(review.output.content_url, { account: review.account_id, accept: '*/*' });
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  if (body !== null) await pipeline(Readable.fromWeb(body as never), createWriteStream(file));
}

function stateOf({ state, decision, retry_state }: ReviewForSupport): string {
  if (decision === null) return state;
  return decision === 'free_retry' ? `free_retry, ${retry_state ?? 'not begun'}` : decision;
}

function linesOf(review: ReviewForSupport): string {
  const brief = Object.entries(review.brief ?? {}).map(
    ([name, value]) => [`  ${name}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return fields([
    ['Review', review.id],
    ['Account', review.account_id],
    ['Job', review.job_id],
    ['Reported', second(review.created_at)],
    ['Category', review.category],
    ['Note', review.note],
    ['Kind', review.kind],
    ['Brief', null],
    ...brief,
    ['Instruction', review.instruction],
    ['Output', `${review.output.content_url} (${shown(review.output.content_type)})`],
    [
      'Charged',
      `${counted(review.billing.committed, 'credit')}, ${shown(review.billing.refunded)} given back`,
    ],
    ['State', stateOf(review)],
    ['Reason', review.reason],
    ['Free retry', review.retry_job_id],
  ]);
}
