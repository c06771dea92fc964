import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { toEvent, type AccountEvent, type EventRow } from '../reads/read-events.ts';

/** A delivery that this process sends, until its lease is over. */
export type ClaimedDelivery = {
  readonly accountId: string;
  readonly endpointId: string;
  readonly url: string;
  /** Each signs it: while one is replaced by another there are two. */
  readonly secrets: readonly string[];
  readonly event: AccountEvent;
  /** With this one. */
  readonly attempts: number;
  /** What was sent before and failed: it is sent as it was. */
  readonly requestBody: string | null;
};

type ClaimedRow = EventRow & {
  account_id: string;
  endpoint_id: string;
  url: string;
  secrets: string[];
  attempts: number;
  request_body: string | null;
};

/** What became of a try. */
export type DeliveryResult = {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly request_body: string | null;
  readonly response_body: string | null;
};

export type WebhookDeliveries = ReturnType<typeof createWebhookDeliveries>;

/** Deliveries that are due, claimed by one process under one name. */
export function createWebhookDeliveries(database: Database, claim: string) {
  return {
    /** Takes what is due, at most `limit` and so many at a time per endpoint over all workers; it is due again when the lease is over. */
    claim: async (
      limit: number,
      bounds: { readonly perEndpoint: number; readonly leaseSeconds: number },
    ): Promise<readonly ClaimedDelivery[]> => {
      const { rows } = await database.query<ClaimedRow>({
        name: 'jobs.claim_webhooks',
        text: `SELECT account_id, endpoint_id, sequence, url, secrets, type, data, created_at, job_id, seq, attempts, request_body
               FROM jobs.claim_webhooks($1, $2, $3, $4)`,
        values: [claim, limit, bounds.perEndpoint, bounds.leaseSeconds],
      });
      return rows.map(toClaimed);
    },

    /** Records what became of a try. `late`: the lease was over, and the delivery is another's by now. */
    record: async (
      { accountId, endpointId, event }: ClaimedDelivery,
      result: DeliveryResult,
      retrySeconds: number | null,
    ): Promise<'recorded' | 'disabled' | 'late'> => {
      const { rows } = await database.query<{ outcome: 'recorded' | 'disabled' | 'late' }>({
        name: 'jobs.record_webhook',
        text: 'SELECT jobs.record_webhook($1, $2, $3, $4, $5, $6) AS outcome',
        values: [accountId, endpointId, event.sequence, claim, JSON.stringify(result), retrySeconds],
      });
      return onlyRow(rows, 'jobs.record_webhook').outcome;
    },

    /** Removes what ended so many days ago and what belongs to deleted endpoints, at most `limit`. Returns how many. */
    prune: async (days: number, limit: number): Promise<number> => {
      const { rows } = await database.query<{ removed: number }>({
        name: 'jobs.prune_webhooks',
        text: 'SELECT jobs.prune_webhooks($1, $2) AS removed',
        values: [days, limit],
      });
      return onlyRow(rows, 'jobs.prune_webhooks').removed;
    },
  };
}

function toClaimed(row: ClaimedRow): ClaimedDelivery {
  return {
    accountId: row.account_id,
    endpointId: row.endpoint_id,
    url: row.url,
    secrets: row.secrets,
    event: toEvent(row),
    attempts: row.attempts,
    requestBody: row.request_body,
  };
}
