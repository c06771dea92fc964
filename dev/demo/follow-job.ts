import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { DemoApi } from './demo-api.ts';

export type JobEvent = {
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};

const TERMINAL_TYPES = new Set(['job.succeeded', 'job.partially_succeeded', 'job.failed', 'job.canceled']);
const RECONNECT_PAUSE_MS = 300;

/**
 * The events of a job as they happen, over server-sent events, until its end. A broken stream (the API restarted) is
 * reopened after the last event. Throws when `limitMs` is over.
 */
export async function* followJob(
  api: DemoApi,
  account: string,
  jobId: string,
  limitMs: number,
): AsyncGenerator<JobEvent> {
  const limit = AbortSignal.timeout(limitMs);
  let lastSeq = 0;
  const isOver = () => limit.aborted;
  while (!isOver()) {
    try {
      for await (const event of readStream(api, account, jobId, lastSeq, limit)) {
        if (event.seq <= lastSeq) continue;
        lastSeq = event.seq;
        yield event;
        if (TERMINAL_TYPES.has(event.type)) return;
      }
    } catch (error) {
      // A broken connection; what the API itself responded is for the caller.
      if (!(error instanceof TypeError) && !isOver()) throw error;
    }
    await sleep(RECONNECT_PAUSE_MS);
  }
  throw new Error(`${jobId} had not ended after ${String(limitMs / 1_000)} s`);
}

async function* readStream(
  api: DemoApi,
  account: string,
  jobId: string,
  lastSeq: number,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  const response = await api.call('GET', `/v1/jobs/${jobId}/events`, {
    account,
    signal,
    headers: {
      accept: 'text/event-stream',
      ...(lastSeq === 0 ? {} : { 'last-event-id': String(lastSeq) }),
    },
  });
  if (response.body === null) return;
  const received: JobEvent[] = [];
  const parser = createParser({
    onEvent: (message) => received.push(JSON.parse(message.data) as JobEvent),
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    yield* received.splice(0);
  }
}
