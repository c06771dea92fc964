import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountView } from '../../contract/shapes/account-shapes.ts';
import type { Balance, EntryView } from '../../contract/shapes/credit-shapes.ts';
import type { Job } from '../../contract/shapes/job-shapes.ts';
import type { Quote } from '../../contract/shapes/quote-shapes.ts';

export type JobBody = Readonly<Record<string, unknown>>;

/** A problem from the API; the message is for a person. */
class ApiProblem extends Error {
  readonly status: number;

  constructor(status: number, call: string, body: string) {
    super(`${call} answered ${String(status)}: ${body.slice(0, 600)}`);
    this.name = 'ApiProblem';
    this.status = status;
  }
}

const CALL_TIMEOUT_MS = 20_000;
/** Retries of a 503: as many as a restarting process may take. */
const MAX_CALLS = 8;
const DEFAULT_RETRY_SECONDS = 1;
const LARGEST_PAGE = 100;

/** The calls of the demo, as a backend with a platform key makes them for one account. */
export class DemoApi {
  readonly #baseUrl: string;
  readonly #key: string;

  constructor(baseUrl: string, key: string) {
    this.#baseUrl = baseUrl;
    this.#key = key;
  }

  async openAccount(name: string, reference: string): Promise<AccountView> {
    return this.#json('POST', '/v1/accounts', { body: { name, reference } });
  }

  async quote(account: string, body: JobBody): Promise<Quote> {
    return this.#json('POST', '/v1/quotes', { account, body });
  }

  /** The same idempotency key returns the same job. */
  async submit(account: string, body: JobBody, idempotencyKey: string = randomUUID()): Promise<Job> {
    return this.#json('POST', '/v1/jobs', { account, body, idempotencyKey });
  }

  async job(account: string, id: string): Promise<Job> {
    return this.#json('GET', `/v1/jobs/${id}`, { account });
  }

  async balance(account: string): Promise<Balance> {
    return this.#json('GET', '/v1/balance', { account });
  }

  /** The whole usage history, oldest first. */
  async entries(account: string): Promise<readonly EntryView[]> {
    const entries: EntryView[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { readonly data: readonly EntryView[]; readonly next_cursor: string | null } =
        await this.#json('GET', `/v1/entries?limit=${String(LARGEST_PAGE)}${query}`, { account });
      entries.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return entries.reverse();
  }

  async content(account: string, outputId: string): Promise<Buffer> {
    const response = await this.call('GET', `/v1/outputs/${outputId}/content`, { account });
    return Buffer.from(await response.arrayBuffer());
  }

  /** The open response of a successful call. Throws ApiProblem. */
  async call(
    method: 'GET' | 'POST',
    path: string,
    options: {
      readonly account?: string;
      readonly body?: unknown;
      readonly idempotencyKey?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** For streams, which are read for long. */
      readonly signal?: AbortSignal;
    },
  ): Promise<Response> {
    for (let calls = 1; ; calls += 1) {
      const response = await fetch(`${this.#baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#key}`,
          ...(options.account === undefined ? {} : { 'holdfast-account': options.account }),
          ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        signal: options.signal ?? AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      if (response.ok) return response;
      if (response.status !== 503 || calls === MAX_CALLS) {
        throw new ApiProblem(response.status, `${method} ${path}`, await response.text());
      }
      await response.body?.cancel();
      await sleep(1_000 * Number(response.headers.get('retry-after') ?? DEFAULT_RETRY_SECONDS));
    }
  }

  async #json<Body>(
    method: 'GET' | 'POST',
    path: string,
    options: Parameters<DemoApi['call']>[2],
  ): Promise<Body> {
    return (await (await this.call(method, path, options)).json()) as Body;
  }
}
