import { request, type Dispatcher } from 'undici';
import { withTimeLimit } from '../../../runtime/time-limit.ts';
import { resolveBySystem } from '../../../runtime/outbound/checked-lookup.ts';
import { createFetchResult, type FetchResultOf } from './fetch-result.ts';
import { postOnce, type Posted } from './post-once.ts';
import { MAX_ANSWER_BYTES, readAnswer, type Answer } from './read-answer.ts';
import { createResettingAgent } from './resetting-agent.ts';

/** A connection starts nothing at the service, so it is tried again rather than waited for. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Polls, look-ups and cancels can be repeated, so their limit is shorter than that of posts. */
const READ_TIMEOUT_MS = 5_000;

/** The options of every adapter to a service over HTTP. */
export type ServiceOptions = {
  /** The name by which models refer to it: `local`, `our_gpus`. */
  readonly name: string;
  /** The address of the service. Results may be fetched from it even if it is no public machine. */
  readonly baseUrl: string;
  readonly submitTimeoutMs?: number;
  readonly dispatcher?: Dispatcher | undefined;
};

type ProviderClientOptions = Pick<ServiceOptions, 'baseUrl' | 'dispatcher'> & {
  /** Sent with every call to the service, and to no other host: results may be on other machines. Holds the key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly submitTimeoutMs: number;
  /** The longest answer to a post. Default MAX_ANSWER_BYTES. */
  readonly maxAnswerBytes?: number;
};

type ReadRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: unknown;
};

export type ProviderClient = {
  /** Returns the address of a path of the service. */
  readonly urlOf: (path: string) => string;
  /** Posts a submission at most once (`postOnce`). */
  readonly post: (
    url: string,
    body: unknown,
    mayPost: () => Promise<boolean>,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Posted>;
  /** Sends a request that may be repeated: a poll, a look-up, a cancel. Null: no complete answer came. */
  readonly read: (asked: ReadRequest, signal: AbortSignal) => Promise<Answer | null>;
  readonly fetchResult: FetchResultOf;
  /** For requests that an adapter sends itself. */
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Returns an adapter's client of its service. It never sends a post twice, follows no redirect, and sends the key to no
 * other host.
 */
export function createProviderClient(options: ProviderClientOptions): ProviderClient {
  const dispatcher = options.dispatcher ?? createResettingAgent(CONNECT_TIMEOUT_MS);
  const headers = { ...options.headers, 'accept-encoding': 'identity' };
  const root = options.baseUrl.replace(/\/?$/, '/');
  return {
    dispatcher,
    headers,
    // Always an address of the service: `//other/` would name another host, which would be sent the key.
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
