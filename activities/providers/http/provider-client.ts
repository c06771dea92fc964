import { request, type Dispatcher } from 'undici';
import { withTimeLimit } from '../../../runtime/time-limit.ts';
import { resolveBySystem } from '../../../runtime/outbound/checked-lookup.ts';
import { createFetchResult, type FetchResultOf } from './fetch-result.ts';
import { postOnce, type Posted } from './post-once.ts';
import { MAX_ANSWER_BYTES, readAnswer, type Answer } from './read-answer.ts';
import { createResettingAgent } from './resetting-agent.ts';

/** Making a connection proves nothing and starts nothing, so it is tried again rather than waited for. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Polls, look-ups and cancels may be asked again, so they give up sooner than posts. */
const READ_TIMEOUT_MS = 5_000;

/** What every adapter to a service over HTTP is made with. */
export type ServiceOptions = {
  /** What models name it by: `local`, `our_gpus`. */
  readonly name: string;
  /** Where the service is; results may be fetched from there even if it is no public machine. */
  readonly baseUrl: string;
  readonly submitTimeoutMs?: number;
  readonly dispatcher?: Dispatcher | undefined;
};

export type ProviderClientOptions = Pick<ServiceOptions, 'baseUrl' | 'dispatcher'> & {
  /** Sent with every call to the service, and with nothing else: results lie on other people's machines. Holds the key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly submitTimeoutMs: number;
  /** Of an answer to a post. */
  readonly maxAnswerBytes?: number;
};

type ReadRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
};

export type ProviderClient = {
  /** An address of the service: a path from where it is. */
  readonly urlOf: (path: string) => string;
  /** Posts a submission: once, whatever happens. */
  readonly post: (
    url: string,
    body: unknown,
    mayPost: () => Promise<boolean>,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Posted>;
  /** Asks what may be asked again: polls, look-ups, cancels. Null when no whole answer came. */
  readonly read: (asked: ReadRequest, signal: AbortSignal) => Promise<Answer | null>;
  readonly fetchResult: FetchResultOf;
  /** For what an adapter sends by itself. */
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
};

/** How an adapter speaks to its service: never sends a post twice, follows no redirect, and tells no one else its key. */
export function createProviderClient(options: ProviderClientOptions): ProviderClient {
  const dispatcher = options.dispatcher ?? createResettingAgent(CONNECT_TIMEOUT_MS);
  const headers = options.headers ?? {};
  const root = options.baseUrl.replace(/\/?$/, '/');
  return {
    dispatcher,
    headers,
    // Of the service, whatever the path is: `//other/` would name another host, and it would be sent the key.
    urlOf: (path) => new URL(`./${path.replace(/^\/+/, '')}`, root).href,
    post: (url, body, mayPost, signal, ofPost = {}) =>
      postOnce({
        url,
        body,
        headers: { ...headers, ...ofPost },
        dispatcher,
        signal,
        timeoutMs: options.submitTimeoutMs,
        maxAnswerBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
        mayPost,
      }),
    read: ({ method, url, body }, outer) =>
      withTimeLimit(READ_TIMEOUT_MS, outer, async (signal) =>
        readAnswer(
          await request(url, {
            method,
            dispatcher,
            signal,
            headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
            body: body === undefined ? null : JSON.stringify(body),
          }),
          MAX_ANSWER_BYTES,
        ),
      ).catch(() => null),
    fetchResult: createFetchResult({ trusted: new URL(options.baseUrl).origin, resolve: resolveBySystem }),
  };
}
