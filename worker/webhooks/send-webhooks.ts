import { setTimeout as sleep } from 'node:timers/promises';
import { webhookHeaders } from '../../contract/webhook-signature.ts';
import { eventIdOf } from '../../domain/event-types.ts';
import { webhookPauseSeconds } from '../../domain/webhooks/webhook-retries.ts';
import type {
  ClaimedDelivery,
  DeliveryResult,
  WebhookDeliveries,
} from '../../jobs/webhooks/webhook-deliveries.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { OutsideReply, PostOutside } from '../../runtime/outbound/post-outside.ts';

/** The limit of one try: its connection, the request and the part of the response that is read. */
export const WEBHOOK_POST_LIMITS = { timeoutMs: 10_000, maxReplyBytes: 1_024 } as const;

type SenderLimits = {
  /** Deliveries at once, of this process. */
  readonly inFlight: number;
  /** Deliveries at once to one endpoint, over all workers. */
  readonly perEndpoint: number;
  /** Longer than a try and its record. */
  readonly leaseSeconds: number;
  readonly pollMs: number;
};

export const SENDER_LIMITS: SenderLimits = { inFlight: 64, perEndpoint: 8, leaseSeconds: 30, pollMs: 500 };

/** The pause before more are claimed: those that end together are replaced together. */
const REFILL_MS = 20;
const PRUNE_EVERY_MS = 3_600_000;
/** How far the log of deliveries reaches back. */
const KEPT_DAYS = 30;
const PRUNE_PAGE = 1_000;

export type WebhookSender = { readonly stop: () => Promise<void> };

/**
 * Sends due deliveries in the background until it is stopped: bounded in flight, and a slow endpoint does not hold up
 * others. If the process dies, its leases end and the deliveries are sent again, under the same id.
 */
export function startWebhookSender(deps: {
  readonly deliveries: WebhookDeliveries;
  readonly bodyOf: (delivery: ClaimedDelivery) => Promise<string>;
  readonly post: PostOutside;
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
  readonly limits?: SenderLimits;
}): WebhookSender {
  const { deliveries, log, now, limits = SENDER_LIMITS } = deps;
  const stopping = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let prunedAt = now();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const claimed = await claim();
      for (const delivery of claimed) start(delivery);
      if (claimed.length === 0 || inFlight.size >= limits.inFlight) await pause();
      if (now() - prunedAt >= PRUNE_EVERY_MS) await prune();
    }
    await Promise.all(inFlight);
  }

  async function claim(): Promise<readonly ClaimedDelivery[]> {
    const room = limits.inFlight - inFlight.size;
    if (room === 0) return [];
    try {
      return await deliveries.claim(room, limits);
    } catch (error) {
      log.warn({ err: error }, 'webhook deliveries could not be read; trying again');
      return [];
    }
  }

  function start(delivery: ClaimedDelivery): void {
    const sending = deliver(deps, delivery).finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  }

  /** Waits until something may be due, or a delivery has ended. */
  async function pause(): Promise<void> {
    const idle = sleep(limits.pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    await Promise.race([idle, ...inFlight]);
    if (inFlight.size > 0) await sleep(REFILL_MS);
  }

  async function prune(): Promise<void> {
    prunedAt = now();
    try {
      while ((await deliveries.prune(KEPT_DAYS, PRUNE_PAGE)) >= PRUNE_PAGE && !stopping.signal.aborted);
    } catch (error) {
      log.warn({ err: error }, 'old webhook deliveries could not be removed; the next hour goes on');
    }
  }

  const running = run();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

type Deliver = Pick<
  Parameters<typeof startWebhookSender>[0],
  'deliveries' | 'bodyOf' | 'post' | 'log' | 'now' | 'random'
>;

/** One try and its record. Never rejects: an unrecorded try is repeated when its lease ends. */
async function deliver(
  { deliveries, bodyOf, post, log, now, random }: Deliver,
  delivery: ClaimedDelivery,
): Promise<void> {
  const { accountId, endpointId, event } = delivery;
  const id = eventIdOf(accountId, event);
  try {
    const body = await bodyOf(delivery);
    const headers = webhookHeaders({ id, body }, delivery.secrets, now());
    const reply = await post({ url: delivery.url, headers, body });
    const result = resultOf(reply, body);
    const again = result.delivered ? null : webhookPauseSeconds(delivery.attempts, random());
    const outcome = await deliveries.record(delivery, result, again);
    if (outcome === 'disabled') log.warn({ accountId, endpointId }, 'a webhook endpoint was disabled');
  } catch (error) {
    log.warn(
      { err: error, accountId, endpointId, event: id },
      'a webhook delivery was not recorded; it is sent again',
    );
  }
}

function resultOf(reply: OutsideReply, body: string): DeliveryResult {
  if (reply.outcome === 'failed') {
    return { delivered: false, status: null, error: reply.why, request_body: body, response_body: null };
  }
  const delivered = reply.status >= 200 && reply.status < 300;
  return {
    delivered,
    status: reply.status,
    error: null,
    request_body: delivered ? null : body,
    response_body: delivered ? null : reply.text,
  };
}
