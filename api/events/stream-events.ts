import type { Response } from 'express';
import type { AccountEvent } from '../../jobs/reads/read-events.ts';
import type { ProblemCode } from '../../contract/problems.ts';
import type { Feed } from './account-feeds.ts';
import { DatabaseUnavailable } from '../http/available-database.ts';
import { Problem } from '../http/problem.ts';
import type { TellableSource } from './event-sources.ts';
import { followEvents, type EventSource, type FollowedEvents } from './follow-events.ts';

/** Proxies cut a silent stream after a while. */
const HEARTBEAT_MS = 15_000;
/** A stream is cut after this long; its reader resumes it, at any process. */
const MAX_STREAM_MS = 15 * 60_000;
/** A reader that takes nothing for so long is cut off, and resumes later: at most one page waits for it. */
const SLOW_READER_MS = 30_000;
/** When a reader should come back after a cut. */
const RECONNECT_MS = 1_000;
/** While PostgreSQL is away the stream stays open, and reads again after this pause. */
const BACK_OFF_MS = 1_000;

/** The errors that end a reader's right to events. Others say nothing of it. */
const ENDS_THE_RIGHT: ReadonlySet<ProblemCode> = new Set(['unauthenticated', 'forbidden']);

/** An event in a stream: its cursor, from which it is resumed, and its JSON. */
type ShowEvent = (event: AccountEvent) => { readonly id: number; readonly view: object };

/**
 * Streams events until `isLast`, or until the caller is gone or too slow, its key or session has ended, or the stream
 * is old enough.
 */
export async function streamEvents(
  deps: {
    readonly feed: Feed;
    readonly now: () => number;
    /** Throws a problem once the reader may read no more. Called before events are sent, and before each heartbeat. */
    readonly checkAgain: () => Promise<void>;
    readonly slowReaderMs?: number;
  },
  response: Response,
  source: TellableSource,
  shown: {
    /** Of a reader that asked for what follows the end: the last event's number, after which it begins. */
    readonly end: number | null;
    readonly show: ShowEvent;
    readonly isLast: (step: FollowedEvents) => boolean;
  },
): Promise<void> {
  const { feed, now, checkAgain, slowReaderMs = SLOW_READER_MS } = deps;
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  // If it is cut off before its first event, it resumes here, not at a later end.
  const id = shown.end === null ? '' : `id: ${String(shown.end)}\n`;
  await write(response, `retry: ${String(RECONNECT_MS)}\n${id}\n`, slowReaderMs);

  const until = now() + MAX_STREAM_MS;
  let silentSince = now();
  const limits = {
    isOver: () => now() >= until || response.destroyed,
    idleMs: () => silentSince + HEARTBEAT_MS - now(),
  };
  for await (const step of followEvents(feed, patient(source, limits.isOver), limits)) {
    if (step.events.length > 0) {
      if ((await untilTold(() => mayReadOn(checkAgain), limits.isOver)) !== true) break;
      await write(response, step.events.map((event) => frameOf(event, shown.show)).join(''), slowReaderMs);
      source.told(step.events);
      silentSince = now();
    } else if (limits.idleMs() <= 0) {
      // A check that fails for now keeps a silent stream open: it sends nothing.
      if (!(await mayReadOn(checkAgain).catch(unlessUnknown))) break;
      await write(response, ': still here\n\n', slowReaderMs);
      silentSince = now();
    }
    if (shown.isLast(step)) break;
  }
  response.end();
}

/** Whether the reader's key or session is live. Rejects while that is unknown. */
async function mayReadOn(checkAgain: () => Promise<void>): Promise<boolean> {
  try {
    await checkAgain();
    return true;
  } catch (error) {
    if (error instanceof Problem && ENDS_THE_RIGHT.has(error.code)) return false;
    throw error;
  }
}

/** True: the error means that PostgreSQL cannot be asked now; any other is thrown. */
function unlessUnknown(error: unknown): true {
  if (error instanceof DatabaseUnavailable || error instanceof Problem) return true;
  throw error;
}

function patient(source: TellableSource, isOver: () => boolean): EventSource {
  return { ...source, read: async (limit) => (await untilTold(() => source.read(limit), isOver)) ?? [] };
}

/** Retries until PostgreSQL is back and has room; null: the stream has ended before. */
async function untilTold<Told>(ask: () => Promise<Told>, isOver: () => boolean): Promise<Told | null> {
  while (!isOver()) {
    try {
      return await ask();
    } catch (error) {
      unlessUnknown(error);
      await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
    }
  }
  return null;
}

function frameOf(event: AccountEvent, show: ShowEvent): string {
  const { id, view } = show(event);
  return `id: ${String(id)}\nevent: ${event.type}\ndata: ${JSON.stringify(view)}\n\n`;
}

/** Waits until a slow reader has caught up, or has gone. One that takes nothing is cut off. */
async function write(response: Response, text: string, slowReaderMs: number): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => response.destroy(), slowReaderMs);
    const go = () => {
      clearTimeout(timer);
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.once('drain', go);
    response.once('close', go);
  });
}
