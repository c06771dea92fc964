import type { SupportNews } from '../domain/support-command.ts';
import type { Attempts } from '../jobs/attempts.ts';

export type ConfirmedNews = {
  /** Whether PostgreSQL says that it was done. */
  readonly isTrue: boolean;
  /** Until the output's credits return, by the database's clock; null once they are settled. */
  readonly secondsLeft: number | null;
};

/**
 * Whether what a signal says of support was done: a command is done in PostgreSQL, with who and why, and anyone who reaches
 * Temporal can send a signal. Believed without a look, it would release or restart a job with nothing on record.
 */
export function createConfirmNews(attempts: Attempts) {
  return async function confirmNews(
    accountId: string,
    outputId: string,
    news: SupportNews,
  ): Promise<ConfirmedNews> {
    const secondsLeft = await attempts.secondsToReturn(accountId, outputId);
    const stateOf = async (reference: string) =>
      (await attempts.ofOutput(accountId, outputId)).find((attempt) => attempt.reference === reference)
        ?.state;
    switch (news.command) {
      case 'release':
        return { isTrue: secondsLeft === null, secondsLeft };
      case 'extend':
        return { isTrue: secondsLeft !== null, secondsLeft };
      case 'restart':
        return { isTrue: (await stateOf(news.attempt)) === 'replaced', secondsLeft };
      case 'resolve': {
        const state = await stateOf(news.attempt);
        return { isTrue: state !== undefined && state !== 'posting' && state !== 'unknown', secondsLeft };
      }
    }
  };
}
