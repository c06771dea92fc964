import type { AccountTerms } from '../../domain/support/describe-change.ts';
import type { PreviewedMove } from '../../domain/support/describe-preview.ts';
import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';

/** The changes of an account that can be shown before they are made, each by the function of SQL that makes it. */
type ChangeName =
  'grant' | 'void' | 'set_frozen' | 'set_limits' | 'set_price_list' | 'resend' | 'revoke_key' | 'rotate_key';

/** What a change did before it was rolled back. `Answer`: what its function returned; `Subject`: what it is about. */
export type PreviewedChange<Answer, Subject = null> = {
  readonly answer: Answer;
  /** The last thing that was done to the account. */
  readonly as_of: string;
  readonly before: AccountTerms;
  readonly after: AccountTerms;
  readonly moves: readonly PreviewedMove[];
  readonly subject: Subject;
  /** What the subject is afterwards. */
  readonly became: Subject;
};

/**
 * What a change would do now, by the function that makes it, whose arguments `call` has by their names; nothing of it stays.
 * `accountId` of a change of a key: whose keys the caller reaches; null: all. Answer and subject are what the named function makes of them:
 * each caller knows its own.
 */
export async function previewChange<Answer, Subject = null>(
  database: Database,
  accountId: string | null,
  change: ChangeName,
  call: object,
): Promise<PreviewedChange<Answer, Subject>> {
  const { rows } = await database.query<{ said: PreviewedChange<Answer, Subject> }>({
    name: 'jobs.preview_change',
    text: 'SELECT jobs.preview_change($1, $2, $3) AS said',
    values: [accountId, change, JSON.stringify(call)],
  });
  return onlyRow(rows, 'jobs.preview_change').said;
}
