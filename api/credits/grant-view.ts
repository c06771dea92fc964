import type { Grant } from '../../contract/shapes/credit-shapes.ts';
import { instantText, instantTextOrNull } from '../../domain/instant-text.ts';

/** A grant, with its times as the wire has them. */
export function viewGrant(grant: Grant): Grant {
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
