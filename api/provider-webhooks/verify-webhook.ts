import { z } from 'zod';
import { isProviderJobId } from '../../domain/ids.ts';
import { nestsDeeperThan } from '../../domain/nests-deep.ts';

type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What a service has signed. */
type VerifiedWebhook = {
  /** The same for a repetition. */
  readonly event: string;
  /** What the service calls the job that it tells of; null: it does not say. */
  readonly job: string | null;
};

/** How one model service signs what it tells us. Returns null for what the service has not signed within `WEBHOOK_TOLERANCE_MS`. */
export type VerifyWebhook = (
  rawBody: Buffer,
  headers: WebhookHeaders,
  nowMs: number,
) => Promise<VerifiedWebhook | null> | VerifiedWebhook | null;

/** Older or younger ones are refused, so that one that was overheard cannot be sent again later: what every scheme here proposes. */
const WEBHOOK_TOLERANCE_MS = 5 * 60_000;

/** @param timestamp seconds since the epoch, as a service writes them. */
export function isRecent(timestamp: string, nowMs: number): boolean {
  return (
    /^[0-9]{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= WEBHOOK_TOLERANCE_MS
  );
}

/** Of lists and objects within each other: a model's own output is in it. */
const MAX_DEPTH = 64;

/** The job that a signed body names by a field of its own; null where it names none that could be kept. */
export function jobNamedIn(rawBody: Buffer, field: 'id' | 'request_id'): string | null {
  if (nestsDeeperThan(MAX_DEPTH, rawBody)) return null;
  try {
    const named = BODY.parse(JSON.parse(rawBody.toString()))[field];
    return named !== undefined && isProviderJobId(named) ? named : null;
  } catch {
    return null;
  }
}

const BODY = z.object({ id: z.string(), request_id: z.string() }).partial();
