import type { Readable } from 'node:stream';
import type { SaidOfCost } from '../../domain/prices/run-cost.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';

/** What a model service can do. Decisions read this, never a service's name. */
export type ProviderCapabilities = {
  /**
   * `poll`: a post starts a job, which is polled to its end. `answer`: the post is the run and may take minutes; its
   * answer holds the result. There is nothing to poll, look up or cancel then, and a lost answer stays unknown forever.
   */
  readonly completion: 'poll' | 'answer';
  /** Whether a job can be found by our reference. `authoritative`: "not found" proves that it was never accepted. */
  readonly lookup: 'none' | 'best_effort' | 'authoritative';
  /** How long the service remembers a job, from its submission on. Later, "not found" proves nothing. Null: forever. */
  readonly memorySeconds: number | null;
  readonly minPollIntervalMs: number;
  /** Whether the service sends a webhook when a job has ended. It is polled rarely then. */
  readonly sendsWebhooks: boolean;
};

/** One submission, in the service's own terms. */
export type Submission = {
  /** Our reference, unique forever. A service that can look it up is asked for it when an answer was lost. */
  readonly reference: string;
  /** The service's name of the model. */
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Seconds to the run deadline, for services that have a deadline of their own. */
  readonly deadlineSeconds: number;
  /** The address for the service's webhook; null: it sends none. */
  readonly webhookUrl: string | null;
};

export type SubmitResult =
  | { readonly outcome: 'accepted'; readonly providerJobId: string }
  /** The answer was the run, which has ended. */
  | { readonly outcome: 'ended'; readonly providerJobId: string; readonly end: RunEnd }
  /** The service responded that nothing was started. */
  | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass; readonly retryAfterMs: number | null }
  /** No byte was sent: there was no connection, or `mayPost` returned false. */
  | { readonly outcome: 'not_sent' }
  /**
   * The request may have arrived. `mayArriveLater`: false when our connection was reset, so that nothing more of it can
   * arrive. True when something responded without saying what happened: a gateway with a 502 may have passed the
   * request on.
   */
  | { readonly outcome: 'unknown'; readonly mayArriveLater: boolean };

/** What the service says it charges for a run. */
export type RunCost = SaidOfCost;

/**
 * A file that a run has made: behind a link, or in the answer itself. Its declared size and checksum are checked
 * against its bytes.
 */
export type ResultFile =
  | {
      readonly at: 'link';
      readonly url: string;
      readonly bytes: number | null;
      readonly sha256: string | null;
    }
  | { readonly at: 'answer'; readonly content: Uint8Array };

export type RunEnd = RunCost &
  (
    | { readonly state: 'succeeded'; readonly files: readonly ResultFile[] }
    | {
        readonly state: 'failed';
        readonly errorClass: ErrorClass;
        readonly reason: 'failed' | 'zero_outputs';
      }
  );

export type PollResult = { readonly retryAfterMs: number } & (
  | { readonly state: 'queued'; readonly queuePosition: number | null }
  | { readonly state: 'running'; readonly stage: string; readonly fraction: number | null }
  | RunEnd
  | (RunCost & { readonly state: 'canceled' })
  | { readonly state: 'gone' }
  /** No answer, or one that cannot be read. It never counts as an end. */
  | { readonly state: 'unknown' }
);

type LookupResult =
  | { readonly outcome: 'found'; readonly providerJobId: string }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unknown' };

/** Which submission a job of the service belongs to, by the service's own record. */
type IdentifyResult =
  /** `reference`: that of our submission. */
  | { readonly outcome: 'found'; readonly reference: string }
  | { readonly outcome: 'not_found' }
  /** Its records hold no reference of ours. */
  | { readonly outcome: 'unsupported' }
  | { readonly outcome: 'unknown' };

/** `requested`: it may or may not stop; the next polls show it. */
type CancelResult = 'stopped' | 'requested' | 'too_late' | 'unsupported';

/** A file of a result as a stream. The asset store measures it. */
export type OpenedFile = {
  /** What the service, or the response to its link, declares; null: nothing. */
  readonly declared: { readonly bytes: number | null; readonly sha256: string | null };
  readonly content: Readable;
};

export type FetchResult =
  | { readonly outcome: 'opened'; readonly file: OpenedFile }
  /** The caller has to ask for a new link. */
  | { readonly outcome: 'link_expired' }
  | { readonly outcome: 'unavailable'; readonly retryAfterMs: number }
  /** The link leads to an address that is not allowed, such as that of a private machine. */
  | { readonly outcome: 'refused' };

/** A file of ours that a submission will name. */
export type InputFile = {
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly open: () => Promise<Readable>;
};

/** The service's names of our files, by their SHA-256. */
export type FileNames = ReadonlyMap<string, string>;

/**
 * An adapter to a model service. `submit` posts at most once, and returns `unknown` for each answer that does not prove
 * what happened. No call throws for a response of the service, except `uploadInputs`. Every call ends when `signal` is
 * aborted: a post then resets its connection.
 */
export type Provider = {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /**
   * The longest that a post may take before it is `unknown`: where the answer is the run, the longest run.
   * Milliseconds.
   */
  readonly submitTimeoutMs: number;
  /**
   * Uploads the files that a submission will name, as far as the service lacks them, and returns their names. Starts
   * and bills nothing, and may be repeated. Throws when the service did not take a file: nothing has been submitted
   * then.
   */
  uploadInputs(files: readonly InputFile[], signal: AbortSignal): Promise<FileNames>;
  /** `mayPost` is called at most once, when there is a connection and before the first byte is sent. */
  submit(submission: Submission, mayPost: () => Promise<boolean>, signal: AbortSignal): Promise<SubmitResult>;
  /**
   * Finds only what was submitted under this reference by the service's own record.
   * @param postedSecondsAgo no submission under it is older; absent: that is not known.
   */
  lookup(reference: string, signal: AbortSignal, postedSecondsAgo?: number): Promise<LookupResult>;
  /** Returns our id of a job that a webhook names, for a submission to this model. Absent: the two are the same. */
  readonly jobTold?: (named: string, model: string) => string;
  /** Returns which submission a job belongs to. It is called before a provider's id from outside is trusted. */
  identify(providerJobId: string, signal: AbortSignal): Promise<IdentifyResult>;
  poll(providerJobId: string, signal: AbortSignal): Promise<PollResult>;
  cancel(providerJobId: string, signal: AbortSignal): Promise<CancelResult>;
  fetchResult(file: ResultFile, signal: AbortSignal): Promise<FetchResult>;
};
