import {
  FAULT_NAMES,
  type Act,
  type ActName,
  type ActOutcome,
  type FaultName,
  type SandboxState,
} from '../../console/sandbox/sandbox-wire.ts';
import { HoldfastError } from '../../client/http/holdfast-error.ts';
import type { Job } from '../../client/http/wire-types.ts';
import { repeatedSubmissionsOf } from '../demo/submissions-of-job.ts';
import type { Stack } from '../stack/stack-handle.ts';
import { temporalJobsUrl } from '../temporal-jobs-url.ts';
import { offeredActs } from './offered-acts.ts';
import { PERFORM } from './perform-fault.ts';
import { SandboxAccount } from './sandbox-account.ts';
import type { SandboxSettings } from './sandbox-settings.ts';
import { watchLedger, type LedgerWatch } from './watch-ledger.ts';
import type { WebhookRelay } from './webhook-relay.ts';
import { messageOf } from '../../domain/message-of.ts';
import { counted } from '../../domain/texts/counted.ts';

/** The act was not begun; the message says why. */
export class ActRefused extends Error {}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };
type RunningAct = Mutable<Omit<Act, 'lines'>> & { readonly lines: string[] };

/** The number of acts that are kept. The page shows no more. */
const MOST_ACTS = 50;
/**
 * How long an act waits for its jobs to end: a film that is made through all faults took over two minutes on a busy
 * machine.
 */
const SETTLE_LIMIT_MS = 300_000;

/** The acts of a stack's sandbox, one fault at a time, and their outcomes. */
export class SandboxActs {
  readonly #stack: Stack;
  readonly #settings: SandboxSettings;
  readonly #relay: WebhookRelay;
  readonly #ledger: LedgerWatch;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #account: Promise<SandboxAccount> | null = null;
  #acts: readonly RunningAct[] = [];
  #count = 0;

  constructor(parts: {
    readonly stack: Stack;
    readonly settings: SandboxSettings;
    readonly relay: WebhookRelay;
  }) {
    this.#stack = parts.stack;
    this.#settings = parts.settings;
    this.#relay = parts.relay;
    this.#ledger = watchLedger(parts.stack.info().database_url);
  }

  /** Returns the account of the page. The first call opens it. */
  account(): Promise<SandboxAccount> {
    this.#account ??= SandboxAccount.open(this.#stack.info()).catch((error: unknown) => {
      // The next call tries again.
      this.#account = null;
      throw error;
    });
    return this.#account;
  }

  /** Opens another account and removes the acts whose fault is over. */
  async renewAccount(): Promise<void> {
    this.#account = Promise.resolve(await SandboxAccount.open(this.#stack.info()));
    this.#acts = this.#acts.filter(({ state }) => state === 'under_way');
  }

  async state(): Promise<SandboxState> {
    const { id, openedWith } = await this.account();
    return {
      account: { id, opened_with: openedWith },
      offered: offeredActs(this.#settings, this.#stack.owns),
      acts: this.#acts,
      ledger_check: this.#ledger.look(),
      temporal_jobs_url: temporalJobsUrl(this.#stack.info()),
    };
  }

  /**
   * Begins an act and returns at once. Throws ActRefused while another fault is under way, and for a process that this
   * stack did not start.
   */
  begin(name: ActName): Act {
    const offered = offeredActs(this.#settings, this.#stack.owns).find((one) => one.name === name);
    if (offered === undefined || offered.why_not !== null)
      throw new ActRefused(offered?.why_not ?? 'There is no such thing to do.');
    const other = this.#acts.find(({ state, name: busy }) => state === 'under_way' && isFault(busy));
    if (isFault(name) && other !== undefined) throw new ActRefused(`“${other.title}” is under way.`);
    const act: RunningAct = {
      id: (this.#count += 1),
      name,
      title: offered.title,
      at: new Date().toISOString(),
      state: 'under_way',
      lines: [],
      outcome: null,
    };
    this.#acts = [act, ...this.#acts].slice(0, MOST_ACTS);
    const running = this.#perform(act).catch((error: unknown) => {
      act.lines.push(sentenceOf(error));
      act.state = 'failed';
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    return act;
  }

  /** Lets frozen processes go on, and resolves when all acts have ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#running, this.#ledger.close()]);
  }

  async #perform(act: RunningAct): Promise<void> {
    const account = await this.account();
    const jobs = await this.#jobsBeside(act.name, account);
    act.lines.push(`${countText(jobs.length, 'job')} under way.`);
    if (isFault(act.name)) {
      await PERFORM[act.name]({
        stack: this.#stack,
        account,
        relay: this.#relay,
        settings: this.#settings,
        jobs,
        say: (line) => act.lines.push(line),
        signal: this.#closing.signal,
      });
    }
    act.state = 'settling';
    act.outcome = await this.#outcomeOf(jobs, account);
    act.state = act.outcome.open === 0 && act.outcome.submitted_twice === 0 ? 'done' : 'failed';
  }

  /**
   * Returns the jobs of an act: those that it starts, or for a fault those under way. A fault starts some if there are
   * too few.
   */
  async #jobsBeside(name: ActName, account: SandboxAccount): Promise<readonly Job[]> {
    if (name === 'start_pictures') return account.startPictures(3, { fails: true });
    if (name === 'start_film') return [await account.startFilm()];
    const running = await account.underWay();
    const missing = Math.max(this.#settings.jobsBeside - running.length, name === 'kill_worker' ? 0 : 1);
    const started = await account.startPictures(missing, { fails: false });
    return [...started, ...running];
  }

  async #outcomeOf(jobs: readonly Job[], account: SandboxAccount): Promise<ActOutcome> {
    const wait = { limitMs: SETTLE_LIMIT_MS, signal: this.#closing.signal };
    const ended = await Promise.all(
      jobs.map(({ id }) => account.untilJob(id, ({ finished_at }) => finished_at !== null, wait)),
    );
    const url = this.#stack.info().model_service_url;
    const repeated = await Promise.all(jobs.map(({ id }) => repeatedSubmissionsOf(url, id)));
    const known = ended.filter((job) => job !== null);
    const sum = (of: (job: Job) => number) => known.reduce((total, job) => total + of(job), 0);
    return {
      jobs: jobs.length,
      delivered: sum(({ state }) => Number(state === 'succeeded')),
      failed: sum(({ state }) => Number(state !== 'succeeded')),
      charged: sum(({ billing }) => billing.committed),
      returned: sum(({ billing }) => billing.returned),
      submitted_twice: repeated.reduce((total, count) => total + count, 0),
      open: ended.length - known.length,
    };
  }
}

function isFault(name: ActName): name is FaultName {
  return FAULT_NAMES.some((fault) => fault === name);
}

function countText(count: number, word: string): string {
  return counted(count, `${word} is`, `${word}s are`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof HoldfastError && error.code === 'insufficient_credits')
    return 'The credits of this account are used up: begin with a new account.';
  return `It failed: ${messageOf(error).replace(/\.$/, '')}.`;
}
