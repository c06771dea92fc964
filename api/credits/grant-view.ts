import type { GrantView } from '../../ledger/read-grant.ts';
import { instantText, instantTextOrNull } from '../http/instant-text.ts';

/** A grant as http-api.md shows it. */
export function viewGrant(grant: GrantView) {
  return {
    id: grant.id,
    source: grant.source,
    priority: grant.priority,
    amount: grant.amount,
    available: grant.available,
    reserved: grant.reserved,
    spent: grant.spent,
    effective_at: instantText(grant.effective_at),
    expires_at: instantTextOrNull(grant.expires_at),
  };
}
