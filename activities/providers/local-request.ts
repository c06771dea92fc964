import { request, type Dispatcher } from 'undici';
import { withTimeLimit } from '../../runtime/time-limit.ts';
import { readBoundedJson } from './read-bounded-json.ts';

export type JsonAnswer = {
  readonly status: number;
  /** undefined when the body was longer than allowed or not JSON. */
  readonly body: unknown;
  readonly retryAfter: string | null;
};

export type JsonRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: unknown;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
};

/** One request, one answer, never sent again: rejects when aborted, timed out or cut off. */
export async function requestJson(asked: JsonRequest): Promise<JsonAnswer> {
  return withTimeLimit(asked.timeoutMs, asked.signal, async (signal) =>
    jsonAnswerOf(
      await request(asked.url, {
        method: asked.method,
        dispatcher: asked.dispatcher,
        signal,
        headers: asked.body === undefined ? {} : { 'content-type': 'application/json' },
        body: asked.body === undefined ? null : JSON.stringify(asked.body),
      }),
    ),
  );
}

/** Reads a response to its end. Rejects when it breaks off. */
export async function jsonAnswerOf(response: Dispatcher.ResponseData): Promise<JsonAnswer> {
  const retryAfter = response.headers['retry-after'];
  return {
    status: response.statusCode,
    body: await readBoundedJson(response.body),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  };
}
