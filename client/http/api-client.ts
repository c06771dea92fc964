import { Accounts, Grants } from './accounts.ts';
import { streamEvents } from './event-stream.ts';
import { Jobs } from './jobs.ts';
import { Keys } from './keys.ts';
import { Listing } from './listing.ts';
import { newKey } from './new-key.ts';
import type { Outputs } from './outputs.ts';
import { DEFAULT_RETRY, type RetryRule } from './retry-rule.ts';
import { Reviews } from './reviews.ts';
import { ConsoleSessions, PortalSessions } from './sessions.ts';
import {
  createTransport,
  type ApiCall,
  type CallOptions,
  type KeyedOptions,
  type Transport,
} from './transport.ts';
import type {
  AccountEvent,
  Attention,
  Balance,
  BalanceByDay,
  Catalogue,
  CostReport,
  LedgerChecks,
  LedgerReport,
  CurrentPortalSession,
  Entry,
  EntryFilters,
  Estimate,
  HistoryFilters,
  HistoryItem,
  JobBody,
  ModelHealth,
  Quote,
  Repair,
  RepairFilters,
  SearchResult,
  Statement,
  StatementRange,
  UnknownBill,
  UnknownBillFilters,
  Usage,
  UsageBody,
  UsageByDay,
  UsageRange,
} from './wire-types.ts';
import { WebhookEndpoints } from './endpoints.ts';

export type HoldfastOptions = {
  /** `hf_live_…` or `hf_test_…`; null: a cookie of this origin authenticates. */
  readonly apiKey: string | null;
  /** The API's address: `https://holdfast.example.com`. */
  readonly baseUrl: string;
  /** The account that a platform key acts for, unless a call names another. */
  readonly account?: string;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The limit of one try, in ms; default 30 s. */
  readonly timeoutMs?: number;
  /** How often, and how soon, a call is retried. */
  readonly retry?: Partial<RetryRule>;
};

/** Longer than any response of the API (15 s). */
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Holdfast over HTTP, on browser APIs only: the console's client, and the base of the package's. Calls are retried
 * where that is safe, with the same idempotency key: one logical call has one effect. Failures are thrown as
 * HoldfastError.
 */
export class ApiClient<Files extends Outputs = Outputs> {
  readonly jobs: Jobs;
  readonly outputs: Files;
  readonly accounts: Accounts;
  readonly grants: Grants;
  readonly reviews: Reviews;
  readonly keys: Keys;
  readonly portalSessions: PortalSessions;
  readonly consoleSessions: ConsoleSessions;
  readonly webhookEndpoints: WebhookEndpoints;
  /** Exact prices. A quote spends nothing. */
  readonly quotes: { create(body: JobBody, options?: CallOptions): Promise<Quote> };
  /** Metered use, charged at once. */
  readonly usage: { create(body: UsageBody, options?: KeyedOptions): Promise<Usage> };
  readonly #transport: Transport;

  constructor(options: HoldfastOptions, outputsOf: (transport: Transport) => Files) {
    const transport = createTransport({
      apiKey: options.apiKey,
      baseUrl: options.baseUrl.replace(/\/+$/, ''),
      account: options.account,
      headers: options.headers ?? {},
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      retry: { ...DEFAULT_RETRY, ...options.retry },
    });
    this.#transport = transport;
    this.outputs = outputsOf(transport);
    this.jobs = new Jobs(transport, this.outputs);
    this.accounts = new Accounts(transport);
    this.grants = new Grants(transport);
    this.reviews = new Reviews(transport);
    this.keys = new Keys(transport);
    this.portalSessions = new PortalSessions(transport);
    this.consoleSessions = new ConsoleSessions(transport);
    this.webhookEndpoints = new WebhookEndpoints(transport);
    this.quotes = {
      create: (body, call = {}) => transport.json<Quote>({ ...call, path: '/v1/quotes', body }),
    };
    this.usage = {
      create: (body, { idempotencyKey = newKey(), ...call } = {}) =>
        transport.json<Usage>({ ...call, path: '/v1/usage', body, idempotencyKey }),
    };
  }

  /**
   * All events of an account from now on, or after the `sequence` of the last event you read: each once and in order,
   * over broken connections and restarts of the API. Without end: break, or abort the signal.
   */
  events(
    options: CallOptions & { readonly after?: number; readonly type?: AccountEvent['type'] } = {},
  ): AsyncGenerator<AccountEvent> {
    const { after = Number.MAX_SAFE_INTEGER, type, ...call } = options;
    return streamEvents<AccountEvent>(
      this.#transport,
      { ...call, path: '/v1/events', query: { type } },
      { after: String(after), isLast: () => false },
    );
  }

  /** The events of an account, oldest first, after a sequence. */
  pastEvents(
    filters: { readonly after?: number; readonly type?: AccountEvent['type'] | undefined } = {},
    options: CallOptions = {},
  ): AsyncGenerator<AccountEvent> {
    return readPast(this.#transport, filters, options);
  }

  balance(options: CallOptions = {}): Promise<Balance> {
    return this.#transport.json<Balance>({ ...options, path: '/v1/balance' });
  }

  /** The credits at the end of each day, by source; today: now. */
  balanceByDay(days?: number, options: CallOptions = {}): Promise<BalanceByDay> {
    return this.#transport.json<BalanceByDay>({ ...options, path: '/v1/balance/days', query: { days } });
  }

  /** The usage history, newest first. */
  entries(filters: EntryFilters = {}, options: CallOptions = {}): Listing<Entry> {
    return new Listing(this.#transport, { ...options, path: '/v1/entries', query: filters });
  }

  /** Jobs with their money, and movements without a job between them, newest first. */
  history(filters: HistoryFilters = {}, options: CallOptions = {}): Listing<HistoryItem> {
    return new Listing(this.#transport, { ...options, path: '/v1/history', query: filters });
  }

  /** Charges by day and kind. */
  usageByDay(range: UsageRange = {}, options: CallOptions = {}): Promise<UsageByDay> {
    return this.#transport.json<UsageByDay>({ ...options, path: '/v1/usage', query: range });
  }

  /** A browser token's account and rights. */
  portalSession(options: CallOptions = {}): Promise<CurrentPortalSession> {
    return this.#transport.json<CurrentPortalSession>({ ...options, path: '/v1/portal_sessions/current' });
  }

  statement(range: StatementRange = {}, options: CallOptions = {}): Promise<Statement> {
    return this.#transport.json<Statement>({ ...options, path: '/v1/statement', query: range });
  }

  /** What `credits` buys; absent: the balance. */
  estimate(credits?: number, options: CallOptions = {}): Promise<Estimate> {
    return this.#transport.json<Estimate>({ ...options, path: '/v1/estimate', query: { credits } });
  }

  catalogue(options: CallOptions = {}): Promise<Catalogue> {
    return this.#transport.json<Catalogue>({ ...options, path: '/v1/catalogue' });
  }

  /** Platform and support: each model's health. */
  async models(options: CallOptions = {}): Promise<readonly ModelHealth[]> {
    return new Listing<ModelHealth>(this.#transport, { ...options, path: '/v1/models' }).toArray();
  }

  /** Support: what needs a person now. */
  attention(options: CallOptions = {}): Promise<Attention> {
    return this.#transport.json<Attention>({ ...options, path: '/v1/attention' });
  }

  /** Support: finds any id, or an account by name; at most 20. */
  async search(text: string, options: CallOptions = {}): Promise<readonly SearchResult[]> {
    const query = { q: text };
    return new Listing<SearchResult>(this.#transport, { ...options, path: '/v1/search', query }).toArray();
  }

  /** Support: the repair queue, oldest first. */
  repairs(filters: Partial<RepairFilters> = {}, options: CallOptions = {}): Listing<Repair> {
    return new Listing(this.#transport, { ...options, path: '/v1/repairs', query: filters });
  }

  /** Platform: the cost and income of models in a month (`2026-01`). */
  costs(month?: string, options: CallOptions = {}): Promise<CostReport> {
    return this.#transport.json<CostReport>({ ...options, path: '/v1/costs', query: { month } });
  }

  /** Platform: issued, spent and outstanding credits of a month (`2026-01`), by source and by day. */
  ledgerReport(month?: string, options: CallOptions = {}): Promise<LedgerReport> {
    return this.#transport.json<LedgerReport>({ ...options, path: '/v1/ledger/report', query: { month } });
  }

  /** Platform: the last checks of the ledger, and their findings. */
  ledgerChecks(options: CallOptions = {}): Promise<LedgerChecks> {
    return this.#transport.json<LedgerChecks>({ ...options, path: '/v1/ledger/checks' });
  }

  /** Platform: attempts that may or may not have been billed. */
  unknownBills(filters: UnknownBillFilters = {}, options: CallOptions = {}): Listing<UnknownBill> {
    return new Listing(this.#transport, { ...options, path: '/v1/costs/unknown_bills', query: filters });
  }

  /** Any call by its path, with the same retries and errors. */
  request<Body>(call: ApiCall): Promise<Body> {
    return this.#transport.json<Body>(call);
  }

  /** The same for a response that is not JSON, which the caller reads. */
  open(call: ApiCall): Promise<Response> {
    return this.#transport.open(call);
  }
}

async function* readPast(
  transport: Transport,
  { after = 0, type }: { readonly after?: number; readonly type?: AccountEvent['type'] | undefined },
  options: CallOptions,
): AsyncGenerator<AccountEvent> {
  type Page = { readonly data: readonly AccountEvent[]; readonly next_cursor: string | null };
  for (let next: string | null = String(after); next !== null;) {
    const query: ApiCall['query'] = { after: next, type, limit: 100 };
    const page: Page = await transport.json<Page>({ ...options, path: '/v1/events', query });
    yield* page.data;
    next = page.next_cursor;
  }
}
