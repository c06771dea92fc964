import { once } from 'node:events';
import type { Response } from 'express';
import { isTerminal, JOB_STATES } from '../../domain/job-state.ts';
import type { JobKey } from '../../jobs/reads/read-event-seqs.ts';
import { readEvents, type JobEvent } from '../../jobs/reads/read-events.ts';
import type { Database } from '../../ledger/database.ts';
import { DatabaseUnavailable } from '../http/available-database.ts';
import { viewEvent } from './event-view.ts';
import type { JobWatch } from './job-watches.ts';

/** Proxies cut a stream that is silent for longer. */
const HEARTBEAT_MS = 15_000;
/** A stream is cut here and resumed by its reader: it bounds how long a revoked key goes on reading. */
const MAX_STREAM_MS = 15 * 60_000;
/** Events per query and per write. */
const PAGE = 100;
/** How soon a reader comes back after a cut. */
const RECONNECT_MS = 1_000;
/** While PostgreSQL is away the stream stays open and asks again. */
const BACK_OFF_MS = 1_000;

const TERMINAL_TYPES: ReadonlySet<string> = new Set(
  JOB_STATES.filter(isTerminal).map((state) => `job.${state}`),
);

/**
 * Streams a job's events after a number until the job has ended and all of them are told, the caller is gone, or the stream is
 * old enough. `after` must not lie beyond the job's last event: what happens next would not be told.
 */
export async function streamEvents(
  deps: { readonly database: Database; readonly watch: JobWatch; readonly now: () => number },
  response: Response,
  job: JobKey,
  after: number,
): Promise<void> {
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  await write(response, `retry: ${String(RECONNECT_MS)}\n\n`);

  const until = deps.now() + MAX_STREAM_MS;
  const isOver = () => deps.now() >= until || response.destroyed;
  let seq = after;
  let hasEnded = false;
  while (!isOver()) {
    const events = await eventsAfter(deps.database, job, seq, isOver);
    if (events.length > 0) await write(response, events.map((event) => frameOf(job.jobId, event)).join(''));
    seq = events.at(-1)?.seq ?? seq;
    hasEnded ||= events.some((event) => TERMINAL_TYPES.has(event.type));
    // Events past a full page may be past the terminal event too: a batch's returns and refunds come after it.
    if (events.length === PAGE) continue;
    if (hasEnded) break;

    const news = await deps.watch.next(seq, HEARTBEAT_MS);
    if (news === 'closing') break;
    if (news === 'quiet') await write(response, ': still here\n\n');
    // A job that changes without an event past seq has ended, and everything has been told.
    if (news === 'changed' && (await eventsAfter(deps.database, job, seq, isOver)).length === 0) break;
  }
  response.end();
}

/** Asks until PostgreSQL is back or the stream is over, when nothing more is to be told. */
async function eventsAfter(
  database: Database,
  job: JobKey,
  after: number,
  isOver: () => boolean,
): Promise<readonly JobEvent[]> {
  while (!isOver()) {
    try {
      return await readEvents(database, job, { after, limit: PAGE });
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, BACK_OFF_MS));
    }
  }
  return [];
}

function frameOf(jobId: string, event: JobEvent): string {
  return `id: ${String(event.seq)}\nevent: ${event.type}\ndata: ${JSON.stringify(viewEvent(jobId, event))}\n\n`;
}

/** Waits for a reader that is slower than the events, or for its going. */
async function write(response: Response, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
