import { HoldfastError } from './holdfast-error.ts';
import { pause, retryAfterMs, waitBefore, type RetryRule } from './retry-rule.ts';
import type { Problem } from './wire-types.ts';

/** The options that every call takes. */
export type CallOptions = {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The limit of one try, in ms. */
  readonly timeoutMs?: number | undefined;
  /** The account that a platform key acts for, instead of the client's. */
  readonly account?: string | undefined;
  /** Called with the response, before the call returns. */
  readonly onResponse?: ((response: ResponseFacts) => void) | undefined;
};

export type ResponseFacts = {
  readonly status: number;
  readonly requestId: string | null;
  /** It was done before under the same key or reference; this is the first response. */
  readonly isReplay: boolean;
};

/** Options of a call that takes an Idempotency-Key. */
export type KeyedOptions = CallOptions & {
  /** Your key, so that a call of another process is the same call; absent: a new one for all tries of this call. */
  readonly idempotencyKey?: string | undefined;
};

export type ApiCall = CallOptions & {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>> | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string | undefined;
  /** False: a repeat has a second effect, so it is not retried once it may have arrived. */
  readonly isRepeatable?: boolean;
};

export type TransportSettings = {
  /** Null: a cookie authenticates. */
  readonly apiKey: string | null;
  readonly baseUrl: string;
  readonly account: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly retry: RetryRule;
};

/** Makes calls, each with its retries. */
export type Transport = {
  /** `read` is part of a try: a body that breaks off is requested again. */
  readonly send: <Result>(call: ApiCall, read: (response: Response) => Promise<Result>) => Promise<Result>;
  /** The caller knows the shape of a path's response. */
  readonly json: <Body>(call: ApiCall) => Promise<Body>;
  /** A response whose body the caller reads, without a time limit; from then on the caller watches the signal. */
  readonly open: (call: ApiCall) => Promise<Response>;
  readonly retry: RetryRule;
};

export function createTransport(settings: TransportSettings): Transport {
  // The platform's own error has the whole key in its message.
  if (settings.apiKey !== null && !/^[\x21-\x7e]*$/.test(settings.apiKey.trim()))
    throw new TypeError('apiKey has a character that no key has');
  const send: Transport['send'] = async (call, read) => {
    // Outside of the tries: a request that cannot be built is the caller's fault, not the connection's.
    const request = new Request(urlOf(settings, call), requestOf(settings, call));
    // `localhost:8787` is an address too: of the scheme "localhost".
    if (!/^https?:/.test(request.url))
      throw new TypeError(`baseUrl is an address of http, as http://localhost:8787, not ${settings.baseUrl}`);
    for (let tries = 1; ; tries += 1) {
      const outcome = await tryOnce(settings, call, request.clone(), read);
      if (outcome.is === 'done') return outcome.result;
      const waitMs = outcome.mayRepeat ? waitBefore(tries, settings.retry, outcome.retryAfterMs) : null;
      if (waitMs === null) throw outcome.error;
      await pause(waitMs, call.signal);
    }
  };
  return {
    send,
    retry: settings.retry,
    json: (call) => send(call, async (response) => jsonOf(await response.text(), response, call)),
    open: (call) => send(call, (response) => Promise.resolve(response)),
  };
}

type Tried<Result> =
  | { readonly is: 'done'; readonly result: Result }
  | {
      readonly is: 'failed';
      readonly error: HoldfastError;
      readonly mayRepeat: boolean;
      readonly retryAfterMs: number | null;
    };

/** The reason of a try that exceeded its own limit. */
const TOO_LATE = new Error('no whole response came in time');

/** One try. Throws only the reason of the caller's signal, and errors that are no failure of the call. */
async function tryOnce<Result>(
  settings: TransportSettings,
  call: ApiCall,
  request: Request,
  read: (response: Response) => Promise<Result>,
): Promise<Tried<Result>> {
  call.signal?.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(TOO_LATE);
  }, call.timeoutMs ?? settings.timeoutMs);
  const end = () => {
    limit.abort(call.signal?.reason);
  };
  call.signal?.addEventListener('abort', end, { once: true });
  try {
    const response = await fetch(request, { signal: limit.signal });
    const failed = response.ok ? null : await failureOf(response, call);
    if (failed !== null) return failed;
    const result = await read(response);
    call.onResponse?.(factsOf(response));
    return { is: 'done', result };
  } catch (error) {
    call.signal?.throwIfAborted();
    const mayRepeat = call.isRepeatable ?? true;
    if (error instanceof HoldfastError) {
      return { is: 'failed', error, mayRepeat: mayRepeat && error.retryable, retryAfterMs: null };
    }
    const isTooLate = error === TOO_LATE;
    if (!isTooLate && !(error instanceof TypeError)) throw error;
    return { is: 'failed', error: lost(call, isTooLate, error), mayRepeat, retryAfterMs: null };
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', end);
  }
}

function urlOf({ baseUrl }: TransportSettings, call: ApiCall): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined && value !== null) query.set(name, String(value));
  }
  const text = query.toString();
  return `${baseUrl}${call.path}${text === '' ? '' : `?${text}`}`;
}

function requestOf(settings: TransportSettings, call: ApiCall): RequestInit {
  const account = call.account ?? settings.account;
  return {
    method: methodOf(call),
    // A redirect would send key and body elsewhere.
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      ...settings.headers,
      ...(settings.apiKey === null ? {} : { authorization: `Bearer ${settings.apiKey}` }),
      ...(account === undefined ? {} : { 'holdfast-account': account }),
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  };
}

const methodOf = (call: ApiCall) => call.method ?? (call.body === undefined ? 'GET' : 'POST');

/** Whether a call may have moved credits without a response. */
const billedIfLost = (call: ApiCall) => (methodOf(call) === 'GET' ? 'no' : 'unknown');

function factsOf(response: Response): ResponseFacts {
  return {
    status: response.status,
    requestId: response.headers.get('x-request-id'),
    isReplay: response.headers.get('idempotent-replayed') === 'true',
  };
}

/** A failed response: the API's problem, or something in front of the API. */
async function failureOf(response: Response, call: ApiCall): Promise<Tried<never>> {
  const text = await response.text();
  const problem = problemOf(response, text);
  const error =
    problem === null
      ? unexpected(response, call, text)
      : new HoldfastError(messageOf(problem), {
          code: problem.code,
          status: response.status,
          requestId: problem.request_id,
          retryable: problem.retryable,
          billed: problem.billed,
          problem,
          idempotencyKey: call.idempotencyKey ?? null,
        });
  const nothingHappened = response.status === 429 || error.billed === 'no';
  return {
    is: 'failed',
    error,
    mayRepeat: error.retryable && ((call.isRepeatable ?? true) || nothingHappened),
    retryAfterMs: retryAfterMs(response.headers, Date.now()),
  };
}

/** With the wrong fields, for those who log the message alone. */
function messageOf({ title, detail, errors = [] }: Problem): string {
  const fields = errors.map(({ pointer, detail: fault }) => `${pointer}: ${fault}`).join(' ');
  return `${title}: ${detail}${fields === '' ? '' : ` ${fields}`}`;
}

function problemOf(response: Response, text: string): Problem | null {
  if (response.headers.get('content-type')?.startsWith('application/problem+json') !== true) return null;
  try {
    const problem = JSON.parse(text) as Problem;
    return typeof problem.code === 'string' ? problem : null;
  } catch {
    return null;
  }
}

/** The statuses of proxies while the service behind them restarts. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

function unexpected(response: Response, call: ApiCall, text: string): HoldfastError {
  const { status } = response;
  return new HoldfastError(`the response is not the API's: ${String(status)} ${text.slice(0, 200)}`.trim(), {
    ...factsOf(response),
    code: 'unexpected_response',
    retryable: PASSING.has(status),
    billed: billedIfLost(call),
    idempotencyKey: call.idempotencyKey ?? null,
  });
}

function lost(call: ApiCall, isTooLate: boolean, cause: unknown): HoldfastError {
  const reason = reasonOf(cause);
  return new HoldfastError(
    isTooLate
      ? `${methodOf(call)} ${call.path}: no whole response came in time`
      : `${methodOf(call)} ${call.path}: the connection failed (${reason})`,
    {
      code: isTooLate ? 'timed_out' : 'connection_failed',
      retryable: true,
      billed: billedIfLost(call),
      idempotencyKey: call.idempotencyKey ?? null,
    },
    { cause },
  );
}

/** fetch's message is "fetch failed"; its cause has the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function jsonOf(text: string, response: Response, call: ApiCall): never {
  if (text === '') return undefined as never;
  try {
    return JSON.parse(text) as never;
  } catch {
    throw unexpected(response, call, text);
  }
}
