import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { pino } from 'pino';
import { expect, inject } from 'vitest';
import { createAdmit } from '../../activities/admission/admit.ts';
import type { AccountMode } from '../../domain/account-mode.ts';
import type { JobRequest } from '../../domain/work/job-request.ts';
import { outputCountOf } from '../../domain/prices/quote.ts';
import { createApiReadiness } from '../../api/meta/api-readiness.ts';
import { createBadRequestResponder } from '../../api/http/request/bad-request.ts';
import { createApi, type ApiDependencies } from '../../api/create-api.ts';
import { NO_PAGES, type ConsolePages } from '../../api/meta/console-pages.ts';
import { createAccountFeeds } from '../../api/events/account-feeds.ts';
import type { WatchPlaces } from '../../api/events/watch-places.ts';
import type { WebhookVerifiers } from '../../api/provider-webhooks/webhook-verifiers.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { RateLimits } from '../../runtime/settings/rate-limits-setting.ts';
import { serve } from '../../api/http/serve.ts';
import { createAdvanceClock } from '../../client/move-clock.ts';
import { createCancelJob } from '../../client/cancel-job.ts';
import { createSupportWorkflows } from '../../client/support-workflow.ts';
import { createStartJob } from '../../client/start-job.ts';
import { fingerprintJson, jobIdOf } from '../../contract/derived-ids.ts';
import { createAdmitJob } from '../../jobs/admission/admit-job.ts';
import type { ApiKeyScope } from '../../contract/api-key-scopes.ts';
import type { AssetStore } from '../../assets/asset-store.ts';
import { createDiskAssetStore } from '../../assets/disk-asset-store.ts';
import { createApiKey } from '../../jobs/keys/create-api-key.ts';
import type { Catalogue } from '../../contract/defined-catalogue.ts';
import { grantCredits } from '../../ledger/grant-credits.ts';
import { openAccount } from '../../ledger/open-account.ts';
import { reconcile } from '../../ledger/reconcile.ts';
import { createTestDatabase } from '../harness/test-database.ts';
import { makeTemporaryHome } from '../harness/temporary-home.ts';
import { checkResponse, checkResponses } from '../harness/check-responses.ts';
import { SUPERSCALE, SUPERSCALE_OFFER, SUPERSCALE_RULES } from '../harness/superscale.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, in the shape the test expects; throws when it is not JSON. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one cast, instead of one per test
  readonly json: <Shape = Record<string, unknown>>() => Shape;
};

export type TestAccount = { readonly accountId: string; readonly key: string };

export type Call = {
  readonly method?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of another API than the fixture's own. */
  readonly at?: string;
  /** Sent as JSON; a string or bytes as they are. */
  readonly body?: unknown;
};

export type ApiFixture = Awaited<ReturnType<typeof createApiFixture>>;

const NEVER_REACHED = { perSecond: 10_000, burst: 100_000 };
const NO_LIMITS: RateLimits = {
  key: NEVER_REACHED,
  platform_key: NEVER_REACHED,
  account: NEVER_REACHED,
  sums: NEVER_REACHED,
  address: NEVER_REACHED,
  sign_in: NEVER_REACHED,
};

export const STATIC_AD = { kind: 'static_ad', brief: { headline: 'A kettle' } } as const;

/**
 * The API over real HTTP on a real database, as holdfast_api, with Temporal behind it.
 * @param options.databaseUrl stands in for the API's own database URL (a proxy that can be frozen).
 */
export async function createApiFixture(
  options: {
    readonly taskQueue?: string;
    readonly databaseUrl?: (apiUrl: string) => string;
    readonly respondWithinMs?: number;
    readonly mostBodyBytes?: number;
    readonly watchPlaces?: WatchPlaces;
    /** Of Temporal; what it lacks is the subject of some tests. */
    readonly namespace?: string;
    /** The model services of the API; the worker always has the local one. */
    readonly providers?: readonly string[];
    /** How model services sign what they tell the API; they tell nothing unless told otherwise. */
    readonly webhookVerifiers?: WebhookVerifiers;
    /** Of the API; silent unless told otherwise. */
    readonly log?: Logger;
    /** Of the API; as good as none unless told otherwise. */
    readonly rateLimits?: Partial<RateLimits>;
    readonly trustedProxies?: readonly string[];
    readonly linkSecrets?: ApiDependencies['linkSecrets'];
    /** How people sign in to the console beside a key; not at all unless told otherwise. */
    readonly console?: Partial<ApiDependencies['console']>;
    readonly allowedOrigins?: readonly string[];
    /** Of the console; none unless told otherwise. */
    readonly pages?: ConsolePages;
    readonly portalFrameAncestors?: readonly string[];
    /** Of API and worker; the shipped one unless told otherwise. */
    readonly catalogue?: Catalogue;
    /** The clock of the API, by which it forgets what it has read of keys. */
    readonly now?: () => number;
  } = {},
) {
  const { home, remove } = await makeTemporaryHome('api');
  const catalogue = options.catalogue ?? SUPERSCALE;
  const database = await createTestDatabase();
  const pool = new pg.Pool({
    connectionString: options.databaseUrl?.(database.apiUrl) ?? database.apiUrl,
    max: 8,
    connectionTimeoutMillis: 3_000,
    query_timeout: 5_000,
  });
  const worker = new pg.Pool({ connectionString: database.workerUrl, max: 4 });
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
  for (const one of [pool, worker, owner]) one.on('error', () => undefined);
  const connection = Connection.lazy({ address: inject('temporalAddress') });
  const client = new Client({ connection, namespace: options.namespace ?? 'default' });
  const log = options.log ?? pino({ level: 'silent' });
  const feeds = createAccountFeeds(pool, log, options.watchPlaces);
  const assets: AssetStore = createDiskAssetStore(home);
  const taskQueue = options.taskQueue ?? 'nobody-listens';
  const faults: string[] = [];
  const publicUrlAt = (port: number) => `http://127.0.0.1:${String(port)}`;
  const serveApi = (now: () => number) =>
    serve(
      { host: '127.0.0.1', port: 0 },
      (port) =>
        checkResponses(
          createApi({
            database: pool,
            assets,
            feeds,
            webhookVerifiers: options.webhookVerifiers ?? new Map(),
            startJob: createStartJob({ client, taskQueue, offer: SUPERSCALE_OFFER }),
            cancelJob: createCancelJob(client),
            advanceClock: createAdvanceClock(client, taskQueue),
            supportWorkflows: createSupportWorkflows(client),
            readiness: createApiReadiness({
              database: pool,
              isOpen: () => true,
              client,
              taskQueue,
              now: Date.now,
            }),
            temporalUi: { url: 'http://temporal.test/', namespace: 'default' },
            publicUrl: publicUrlAt(port),
            portalUrl: null,
            linkSecrets: options.linkSecrets ?? ['links of a test'],
            console: { proxyHeader: null, proxyScopes: ['support'], ...options.console },
            pages: options.pages ?? NO_PAGES,
            portalFrameAncestors: options.portalFrameAncestors ?? [],
            rules: {
              ...SUPERSCALE_RULES,
              catalogue,
              ...(options.providers && { providers: options.providers }),
            },
            rateLimits: { ...NO_LIMITS, ...options.rateLimits },
            admissionsInFlight: 64,
            trustedProxies: options.trustedProxies ?? [],
            allowedOrigins: options.allowedOrigins ?? [],
            log,
            now,
            ...(options.respondWithinMs === undefined ? {} : { respondWithinMs: options.respondWithinMs }),
            ...(options.mostBodyBytes === undefined ? {} : { mostBodyBytes: options.mostBodyBytes }),
          }),
          faults,
        ),
      (port) => createBadRequestResponder(publicUrlAt(port)),
    );
  const server = await serveApi(options.now ?? Date.now);
  const url = publicUrlAt(server.port);
  const admit = createAdmit(createAdmitJob(worker), worker, {
    heartbeatTimeoutSeconds: 5,
    rules: { ...SUPERSCALE_RULES, catalogue },
  });
  let accounts = 0;

  const createKey = async (
    accountId: string | null,
    scopes: readonly ApiKeyScope[],
    mode: AccountMode = 'live',
  ) => (await createApiKey(worker, { name: 'test', accountId, scopes, mode })).secret;

  return {
    url,
    home,
    database,
    worker,
    owner,
    assets,
    client,
    createKey,
    platformKey: await createKey(null, ['admin']),

    async call(path: string, { method, key, headers = {}, body, at = url }: Call = {}): Promise<Answer> {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      const verb = method ?? (body === undefined ? 'GET' : 'POST');
      const response = await fetch(`${at}${path}`, {
        method: verb,
        headers: {
          ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      // The fixture's own are held as they leave.
      if (at !== url)
        checkResponse({ method: verb, path }, { status: response.status, headers: response.headers, text });
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: () => JSON.parse(text) as never,
      };
    },

    /** An account with its sign-up credits, some more, and a key that may do all an account may. */
    async openAccount(moreCredits = 0, mode: AccountMode = 'live'): Promise<TestAccount> {
      accounts += 1;
      const opened = await openAccount(worker, catalogue.grants, {
        name: 'Test',
        reference: `test-${String(accounts)}`,
        mode,
      });
      const { accountId } = opened;
      if (moreCredits > 0) {
        await grantCredits(worker, {
          accountId,
          grantId: `grant_more_${String(accounts)}`,
          source: 'top_up',
          priority: 3,
          credits: moreCredits,
          ends: 'never',
          reason: 'test',
        });
      }
      return {
        accountId,
        key: await createKey(accountId, ['jobs:write', 'jobs:read', 'credits:read'], mode),
      };
    },

    /** Admits a job as the worker does, without a workflow to run it. Returns its id. */
    async admitJob(accountId: string, idempotencyKey: string, request: Record<string, unknown> = STATIC_AD) {
      const jobId = jobIdOf(accountId, idempotencyKey);
      const admitBy = new Date(Date.now() + 60_000).toISOString();
      const { admission } = await admit({
        accountId,
        jobId,
        request,
        fingerprint: fingerprintJson(request),
        admitBy,
        outputCount: outputCountOf(request as unknown as JobRequest),
      });
      return { jobId, admission };
    },

    /** Another API of the same database, as a second process is: it shares nothing else. */
    async serveAnother(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
      const another = await serveApi(options.now ?? Date.now);
      const anotherUrl = publicUrlAt(another.port);
      return { url: anotherUrl, stop: () => another.stop() };
    },

    async expectReconciled(): Promise<void> {
      expect(await reconcile(owner)).toEqual([]);
    },

    async close(): Promise<void> {
      const stopped = server.stop();
      feeds.closeAll();
      await stopped;
      await connection.close();
      await Promise.all([pool.end(), worker.end(), owner.end()]);
      await database.close();
      await remove();
      // A client that tries again, or a command that shows what went wrong, has swallowed them.
      expect(faults).toEqual([]);
    },
  };
}

/** Asserts a problem and its media type; returns it. */
export function expectProblem(answer: Answer, status: number, code: string): Record<string, unknown> {
  expect({
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: answer.json(),
  }).toMatchObject({
    status,
    type: 'application/problem+json',
    body: {
      status,
      code,
      title: expect.any(String),
      detail: expect.any(String),
      request_id: expect.any(String),
      retryable: expect.any(Boolean),
      billed: expect.stringMatching(/^(no|yes|unknown)$/),
    },
  });
  const problem = answer.json();
  expect(problem['request_id']).toBe(answer.headers.get('x-request-id'));
  expect(String(problem['type'])).toMatch(new RegExp(`^http://127.0.0.1:\\d+/problems/${code}$`));
  return problem;
}
