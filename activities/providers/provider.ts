import type { Readable } from 'node:stream';
import type { SaidOfCost } from '../../domain/prices/run-cost.ts';
import type { ErrorClass } from '../../domain/work/rejections.ts';

/** What a model service can and cannot do: no two are alike. Decisions read this, never a name. */
export type ProviderCapabilities = {
  /**
   * `poll`: a post starts a job, which is polled to its end. `answer`: the post is the run, minutes long, and its answer holds the
   * result. There is nothing to poll, look up or cancel then: an answer that is lost is unknown forever.
   */
  readonly completion: 'poll' | 'answer';
  /** Whether a job can be found by our reference; `authoritative`: and "not found" means that it was never accepted. */
  readonly lookup: 'none' | 'best_effort' | 'authoritative';
  /** How long after its submission the service still knows a job. Past that, "not found" proves nothing. Null: forever. */
  readonly memorySeconds: number | null;
  readonly minPollIntervalMs: number;
  /** Whether it tells an address that it is given when a job has ended: it is polled seldom then. */
  readonly sendsWebhooks: boolean;
};

/** One submission, in the service's own words. */
export type Submission = {
  /** Our reference, unique forever: a service that can be asked for it is, when an answer was lost. */
  readonly reference: string;
  /** What the service calls its model. */
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Time left to the run deadline, for services with one of their own. Seconds. */
  readonly deadlineSeconds: number;
  /** Where the service may tell that the job has ended; null: nowhere. */
  readonly webhookUrl: string | null;
};

export type SubmitResult =
  | { readonly outcome: 'accepted'; readonly providerJobId: string }
  /** Of a service whose answer is the run: it has ended. */
  | { readonly outcome: 'ended'; readonly providerJobId: string; readonly end: RunEnd }
  /** The service says that nothing was started. */
  | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass; readonly retryAfterMs: number | null }
  /** Not a byte was sent: there was no connection, or `mayPost` said no. */
  | { readonly outcome: 'not_sent' }
  /**
   * It may have arrived. `mayArriveLater` is false where our connection was reset, so that nothing of it arrives from now on. It is
   * true where something answered that does not say what came of it, such as the 502 of a gateway, which may have passed it on.
   */
  | { readonly outcome: 'unknown'; readonly mayArriveLater: boolean };

/** What the service says that it charges for a run. */
export type RunCost = SaidOfCost;

/** A file that a run has made: behind a link, or in the answer itself. What it says of itself is checked against its bytes. */
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
  /** No answer, or one that is not understood: never an end. */
  | { readonly state: 'unknown' }
);

type LookupResult =
  | { readonly outcome: 'found'; readonly providerJobId: string }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unknown' };

/** Whose a job of the service is, by the service's own record of it. */
type IdentifyResult =
  /** `reference`: what we submitted it under. */
  | { readonly outcome: 'found'; readonly reference: string }
  | { readonly outcome: 'not_found' }
  /** Its records carry no reference of ours. */
  | { readonly outcome: 'unsupported' }
  | { readonly outcome: 'unknown' };

/** `requested`: it may or may not stop, and the next polls tell. */
type CancelResult = 'stopped' | 'requested' | 'too_late' | 'unsupported';

/** A file of a result as a stream, which the asset store measures. */
export type OpenedFile = {
  /** What the service, or its link, says of the file: null where it says nothing. */
  readonly declared: { readonly bytes: number | null; readonly sha256: string | null };
  readonly content: Readable;
};

export type FetchResult =
  | { readonly outcome: 'opened'; readonly file: OpenedFile }
  /** A fresh link is to be asked for. */
  | { readonly outcome: 'link_expired' }
  | { readonly outcome: 'unavailable'; readonly retryAfterMs: number }
  /** It leads where no result lies, such as to a machine that is not public. */
  | { readonly outcome: 'refused' };

/** A file of ours that a submission is going to name. */
export type InputFile = {
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly open: () => Promise<Readable>;
};

/** What the service calls the files that it was given, by their SHA-256. */
export type FileNames = ReadonlyMap<string, string>;

/**
 * A model service, seen from a job. No call throws for a response of the service. `submit` posts once at most, and says `unknown` for
 * every answer that does not prove what happened. Every call ends when `signal` is aborted: a post then resets its connection.
 */
export type Provider = {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** The longest a post may take before it is `unknown`: where the answer is the run, the longest run. Milliseconds. */
  readonly submitTimeoutMs: number;
  /**
   * Makes sure that the service has the files a submission is going to name, and returns their names. Starts and bills nothing, and may
   * be repeated. Throws when the service did not take them: nothing has been submitted then.
   */
  uploadInputs(files: readonly InputFile[], signal: AbortSignal): Promise<FileNames>;
  /** `mayPost` is asked at most once: when there is a connection, and before the first byte. */
  submit(submission: Submission, mayPost: () => Promise<boolean>, signal: AbortSignal): Promise<SubmitResult>;
  /** Finds nothing but what the service's own record says was submitted under this reference. */
  lookup(reference: string, signal: AbortSignal): Promise<LookupResult>;
  /** What we call the job that the service names so in a webhook about a submission to this model. Absent: the same. */
  readonly jobTold?: (named: string, model: string) => string;
  /** Asked before a provider's id that came from outside is believed: whose job it is. */
  identify(providerJobId: string, signal: AbortSignal): Promise<IdentifyResult>;
  poll(providerJobId: string, signal: AbortSignal): Promise<PollResult>;
  cancel(providerJobId: string, signal: AbortSignal): Promise<CancelResult>;
  fetchResult(file: ResultFile, signal: AbortSignal): Promise<FetchResult>;
};
