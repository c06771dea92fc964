import type { Database } from '../../ledger/database.ts';
import { onlyRow } from '../../ledger/only-row.ts';
import { toEvent, type AccountEvent, type EventRow } from '../reads/read-events.ts';

/** A delivery that this process sends while its lease lasts. */
export type ClaimedDelivery = {
  readonly accountId: string;
  readonly endpointId: string;
  readonly url: string;
  /** The secrets that sign it: two while one is being replaced. */
  readonly secrets: readonly string[];
  readonly event: AccountEvent;
  /** The number of attempts, with this one. */
  readonly attempts: number;
  /** The body of an earlier, failed try, which is sent unchanged. */
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

/** The result of a try. */
export type DeliveryResult = {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
  readonly request_body: string | null;
  readonly response_body: string | null;
};

export type WebhookDeliveries = ReturnType<typeof createWebhookDeliveries>;

/** The deliveries that one process claims, under one name. */
export function createWebhookDeliveries(database: Database, claim: string) {
  return {
    /**
     * Claims due deliveries: at most `limit`, and a limited number per endpoint over all workers. They are due again
     * when the lease ends.
     */
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

    /** Records the result of a try. `late`: the lease had ended, and another process has the delivery. */
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

    /** Removes old deliveries and those of deleted endpoints, at most `limit`. Returns how many. */
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
