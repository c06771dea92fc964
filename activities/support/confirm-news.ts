import type { SupportNews } from '../../domain/support-command.ts';
import type { Attempts } from '../../jobs/attempts/attempts.ts';

export type ConfirmedNews = {
  /** Whether PostgreSQL says that it was done. */
  readonly isTrue: boolean;
  /** When the output's credits return, as it is on record (RFC 3339); null once they are settled. */
  readonly returnBy: string | null;
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
    const returnBy = (await attempts.returnBy(accountId, outputId))?.toISOString() ?? null;
    const stateOf = async (reference: string) =>
      (await attempts.ofOutput(accountId, outputId)).find((attempt) => attempt.reference === reference)
        ?.state;
    switch (news.command) {
      case 'release':
        return { isTrue: returnBy === null, returnBy };
      case 'extend':
        return { isTrue: returnBy !== null, returnBy };
      case 'restart':
        return { isTrue: (await stateOf(news.attempt)) === 'replaced', returnBy };
      case 'resolve': {
        const state = await stateOf(news.attempt);
        return { isTrue: state !== undefined && state !== 'posting' && state !== 'unknown', returnBy };
      }
    }
  };
}
