import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastClient } from '../../client/http/http-client.ts';
import type { Job, JobBody } from '../../client/http/wire-types.ts';
import type { StackInfo } from '../stack/stack-info.ts';

/** On top of the sign-up credits: enough for a film and many pictures. */
const EXTRA_CREDITS = 4_000;
/** A day: longer than a page stays open. */
const TOKEN_SECONDS = 86_400;
const LOOK_EVERY_MS = 250;
/** The limit of one read: a frozen PostgreSQL does not respond. */
const LOOK_TIMEOUT_MS = 3_000;
const MOST_JOBS = 100;

const HEADLINES = [
  'Fresh bread, every morning',
  'Two wheels, no traffic',
  'Coffee worth waking up for',
  'A garden on your balcony',
  'Swim before work',
  'Shoes that were mended here',
] as const;

/** The account that the page shows, and its jobs. It is opened with the platform key, as a backend does it. */
export class SandboxAccount {
  readonly id: string;
  readonly openedWith: number;
  /** A token that can only read. */
  readonly readToken: string;
  readonly #client: HoldfastClient;
  #started = 0;

  private constructor(facts: {
    readonly id: string;
    readonly openedWith: number;
    readonly readToken: string;
    readonly client: HoldfastClient;
  }) {
    this.id = facts.id;
    this.openedWith = facts.openedWith;
    this.readToken = facts.readToken;
    this.#client = facts.client;
  }

  static async open({ api_url: baseUrl, platform_key: apiKey }: StackInfo): Promise<SandboxAccount> {
    const platform = new HoldfastClient({ baseUrl, apiKey });
    const reference = `sandbox-${randomUUID()}`;
    const { id } = await platform.accounts.open({ name: 'Sandbox', reference });
    await platform.grants.create(id, {
      source: 'goodwill',
      credits: EXTRA_CREDITS,
      reference,
      reason: 'To try things out',
    });
    const client = new HoldfastClient({ baseUrl, apiKey, account: id });
    const [{ available: openedWith }, { token: readToken }] = await Promise.all([
      client.balance(),
      client.portalSessions.create({ can: ['read'], expires_in_seconds: TOKEN_SECONDS }),
    ]);
    return new SandboxAccount({ id, openedWith, readToken, client });
  }

  /** Starts pictures that take five seconds each; `fails`: the last one fails while it is made. */
  async startPictures(count: number, { fails }: { readonly fails: boolean }): Promise<readonly Job[]> {
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        this.#start('static_ad', fails && index === count - 1 ? 'fails_after_start' : 'slow'),
      ),
    );
  }

  startFilm(): Promise<Job> {
    return this.#start('video_ad', 'ok');
  }

  /** The jobs under way, newest first. */
  async underWay(): Promise<readonly Job[]> {
    const jobs = await this.#client.jobs.list({ limit: MOST_JOBS }).toArray({ atMost: MOST_JOBS });
    return jobs.filter(({ finished_at }) => finished_at === null);
  }

  /**
   * Reads a job again and again until `is` returns true; failed reads are ignored. Null: it did not within `limitMs`.
   * Rejects when `signal` is aborted.
   */
  async untilJob(
    jobId: string,
    is: (job: Job) => boolean,
    { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
  ): Promise<Job | null> {
    const deadline = performance.now() + limitMs;
    while (performance.now() < deadline) {
      signal.throwIfAborted();
      const job = await this.#client.jobs
        .retrieve(jobId, { timeoutMs: LOOK_TIMEOUT_MS, signal })
        .catch(() => null);
      if (job !== null && is(job)) return job;
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
    return null;
  }

  #start(kind: 'static_ad' | 'video_ad', scenario: 'ok' | 'slow' | 'fails_after_start'): Promise<Job> {
    const headline = HEADLINES[this.#started % HEADLINES.length] ?? HEADLINES[0];
    this.#started += 1;
    const body: JobBody = {
      kind,
      brief: { headline, call_to_action: 'Have a look' },
      ...(kind === 'video_ad' ? { duration_seconds: 15 } : {}),
      ...(scenario === 'ok' ? {} : { test_scenario: scenario }),
    };
    return this.#client.jobs.create(body);
  }
}
