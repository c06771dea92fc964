import type { EntryView } from '../../contract/shapes/credit-shapes.ts';
import { entryIdOf } from '../../ledger/reads/entry-id.ts';
import type { Entry } from '../../ledger/reads/read-entries.ts';
import { instantText } from '../../domain/instant-text.ts';

/** One line of the usage history. */
export function viewEntry(accountId: string, entry: Entry): EntryView {
  return {
    id: entryIdOf(accountId, entry.seq),
    seq: entry.seq,
    kind: entry.kind,
    credits: entry.credits,
    job_id: entry.jobId,
    output_id: entry.outputId,
    grant_id: entry.grantId,
    reason: entry.reason,
    balance_after: entry.balanceAfter,
    created_at: instantText(entry.createdAt),
    charged: entry.charged,
    refunded: entry.refunded,
  };
}
