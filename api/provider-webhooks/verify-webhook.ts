type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * How one model service signs what it tells us. Returns its event, which is the same for a repetition; null for what the service has not
 * signed within `WEBHOOK_TOLERANCE_MS`.
 */
export type VerifyWebhook = (
  rawBody: Buffer,
  headers: WebhookHeaders,
  nowMs: number,
) => Promise<string | null> | string | null;

/** Older or younger ones are refused, so that one that was overheard cannot be sent again later: what every scheme here proposes. */
const WEBHOOK_TOLERANCE_MS = 5 * 60_000;

/** @param timestamp seconds since the epoch, as a service writes them. */
export function isRecent(timestamp: string, nowMs: number): boolean {
  return (
    /^[0-9]{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= WEBHOOK_TOLERANCE_MS
  );
}
