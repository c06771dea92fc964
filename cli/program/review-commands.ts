import { Option } from 'commander';
import {
  REVIEW_CATEGORIES,
  REVIEW_DECISIONS,
  REVIEW_STATES,
  type ReviewDecision,
} from '../../domain/support/review.ts';
import type { DecideReviewOptions, ListReviewsOptions } from '../commands/review-command.ts';
import type { CliCommand } from './cli-command.ts';
import type { CommandContext } from '../command-context.ts';
import { accountArgument, reviewArgument, wholeNumberArgument } from './arguments.ts';
import { example, withJson } from './command-parts.ts';

/** Support's commands for reports of unusable outputs. */
export function addReviewCommands(program: CliCommand, context: CommandContext): void {
  const review = program
    .command('review')
    .description('reports of unusable outputs: list, look at, decide')
    .helpCommand(false);
  withJson(review.command('list'))
    .description('reports, newest first')
    .addOption(new Option('--state <state>', 'default: open').choices(REVIEW_STATES).default('open'))
    .addOption(new Option('--category <category>').choices(REVIEW_CATEGORIES))
    .option('--account <id>', 'of this account only', accountArgument)
    .option('--limit <number>', 'at most so many, up to 100', wholeNumberArgument, 50)
    .addHelpText('after', example(context, 'review list', 'review list --category broken --account acct_…'))
    .action(async (options: ListReviewsOptions) => {
      const { listReviewsCommand } = await import('../commands/review-command.ts');
      await listReviewsCommand(context, options);
    });
  withJson(review.command('show'))
    .description('the brief, the output, the note, and what was decided')
    .argument('<review>', 'its id', reviewArgument)
    .option('--output <file>', 'write the output itself to this file; - is stdout')
    .addHelpText('after', example(context, 'review show rev_… --output out/reported.png'))
    .action(async (id: string, options: { output?: string; json: boolean }) => {
      const { showReviewCommand } = await import('../commands/review-command.ts');
      await showReviewCommand(context, id, options);
    });
  withJson(review.command('decide'))
    .description('refund: its credits come back. free_retry: once more at no credits. deny: nothing moves')
    .argument('<review>', 'its id', reviewArgument)
    .addArgument(review.createArgument('<decision>', 'what becomes of it').choices(REVIEW_DECISIONS))
    .requiredOption('--reason <text>', 'why; the customer reads it, and it is kept with your name')
    .option(
      '--key <text>',
      'your own Idempotency-Key; default: a new one (a decision is not made twice anyway)',
    )
    .option('--dry-run', 'say what it would do, and do nothing', false)
    .addHelpText('after', example(context, 'review decide rev_… refund --reason "the headline is cut off"'))
    .action(async (id: string, decision: ReviewDecision, options: DecideReviewOptions) => {
      const { decideReviewCommand } = await import('../commands/review-command.ts');
      await decideReviewCommand(context, id, decision, options);
    });
}
