import { z } from 'zod';
import { isProviderJobId } from '../../domain/ids.ts';
import { nestsDeeperThan } from '../../domain/nests-deep.ts';

type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A verified webhook. */
type VerifiedWebhook = {
  /** The same for a repeated delivery. */
  readonly event: string;
  /** The service's id of the job; null: it does not say. */
  readonly job: string | null;
};

/**
 * Verifies one model service's webhooks. Returns null for an invalid signature, or one outside `WEBHOOK_TOLERANCE_MS`.
 */
export type VerifyWebhook = (
  rawBody: Buffer,
  headers: WebhookHeaders,
  nowMs: number,
) => Promise<VerifiedWebhook | null> | VerifiedWebhook | null;

/**
 * Older or newer webhooks are refused, so that an overheard one cannot be replayed: every scheme here recommends it.
 */
const WEBHOOK_TOLERANCE_MS = 5 * 60_000;

/** @param timestamp seconds since the epoch, as sent */
export function isRecent(timestamp: string, nowMs: number): boolean {
  return (
    /^[0-9]{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= WEBHOOK_TOLERANCE_MS
  );
}

/** Of lists and objects within each other: a model's own output is in it. */
const MAX_DEPTH = 64;

/** The job named by a field of the body; null: none that can be stored. */
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
