import type { CommandAnswer, SupportCommand } from '../../contract/support-command.ts';
import type { PreviewedEffect, PreviewedMove } from '../../domain/support/describe-preview.ts';
import type { ReviewDecision } from '../../domain/support/review.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import type { Decided } from '../reviews/decide-review.ts';
import { callOfCommand, type Circumstances, type SupportDeps } from './apply-support-command.ts';

/** The result of a command that was carried out and rolled back; with its effect where there is one. */
export type PreviewedCommand = CommandAnswer & PreviewedEffect & { readonly as_of: string };

/** Previews a command by carrying it out and rolling it back. */
export async function previewCommand(
  deps: SupportDeps,
  accountId: string,
  command: SupportCommand,
  circumstances: Circumstances = {},
): Promise<PreviewedCommand> {
  const { rows } = await deps.database.query<{ answer: PreviewedCommand }>({
    name: 'jobs.preview_command',
    text: 'SELECT jobs.preview_command($1, $2, $3, $4) AS answer',
    values: [
      accountId,
      command.job_id,
      command.command,
      callOfCommand(deps, accountId, command, circumstances),
    ],
  });
  return onlyRow(rows, 'jobs.preview_command').answer;
}

export type PreviewedDecision = {
  readonly outcome: Decided['outcome'];
  readonly is_replay: boolean;
  readonly as_of: string;
  readonly moves: readonly PreviewedMove[];
};

/** Previews a decision in the same way. */
export async function previewDecision(
  { database, grants }: SupportDeps,
  asked: {
    readonly accountId: string;
    readonly reviewId: string;
    readonly decision: ReviewDecision;
    readonly retryJobId: string;
  },
): Promise<PreviewedDecision> {
  const { rows } = await database.query<{ answer: PreviewedDecision }>({
    name: 'jobs.preview_decision',
    text: 'SELECT jobs.preview_decision($1, $2, $3, $4, $5) AS answer',
    values: [
      asked.accountId,
      asked.reviewId,
      asked.decision,
      asked.retryJobId,
      grants.goodwill.lifetimeSeconds,
    ],
  });
  return onlyRow(rows, 'jobs.preview_decision').answer;
}
