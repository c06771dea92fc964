import type { Readable } from 'node:stream';
import type { AttemptKey } from '../../domain/ids.ts';
import type { ModelWork } from '../../domain/reference-assets.ts';
import type { ErrorClass } from '../../domain/rejections.ts';

/** What a model service can and cannot do: no two are alike. Decisions read this, never a name. */
export type ProviderCapabilities = {
  /** A second submit with the same reference does not run twice. */
  readonly hasIdempotentSubmit: boolean;
  /** A job can be found by our reference, and "not found" means it was never accepted. */
  readonly lookup: 'none' | 'best_effort' | 'authoritative';
  readonly cancel: 'none' | 'queued_only' | 'signal' | 'hard';
  readonly webhook: 'none' | 'unsigned' | 'hmac' | 'ed25519' | 'standard';
  readonly hasNativeDeadline: boolean;
  readonly reportsProgress: boolean;
  readonly reportsQueuePosition: boolean;
  /** How long a result link lives; null when it does not end. Seconds. */
  readonly outputLifetimeSeconds: number | null;
  readonly minPollIntervalMs: number;
  readonly maxInFlight: number;
};

export type SubmitInput = {
  readonly key: AttemptKey;
  /** Our reference, unique forever: the provider is asked for it when an answer was lost. */
  readonly reference: string;
  readonly work: ModelWork;
  /** Of a pipeline: which part of which stage is asked for, of which model, made from what. Null for the whole at once. */
  readonly part: {
    readonly stage: string;
    readonly index: number;
    readonly model: string;
    readonly inputs: readonly StageInput[];
  } | null;
  /** Time left to the run deadline, for services with one of their own. Seconds. */
  readonly deadlineSeconds: number;
};

/** What a part of an earlier stage has made, named by its content. */
export type StageInput = {
  readonly stage: string;
  readonly part: number;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
};

export type SubmitResult =
  | { readonly outcome: 'accepted'; readonly providerJobId: string }
  | { readonly outcome: 'rejected'; readonly errorClass: ErrorClass; readonly retryAfterMs: number | null }
  /** Not a byte was sent: there was no connection, or `mayPost` said no. */
  | { readonly outcome: 'not_sent' }
  /** It may have arrived. The connection was reset, so it does not arrive later either. */
  | { readonly outcome: 'unknown' };

export type ProviderBilled = 'yes' | 'no' | 'unknown';

export type PollResult = { readonly retryAfterMs: number } & (
  | { readonly state: 'queued'; readonly queuePosition: number | null }
  | { readonly state: 'running'; readonly stage: string; readonly fraction: number | null }
  | {
      readonly state: 'succeeded';
      readonly cost: string | null;
      readonly billed: ProviderBilled;
      /** The files as the service named them, in its own form: for collect, which then need not ask again. */
      readonly files?: unknown;
    }
  | {
      readonly state: 'failed';
      readonly errorClass: ErrorClass;
      readonly reason: 'failed' | 'zero_outputs';
      readonly cost: string | null;
      readonly billed: ProviderBilled;
    }
  | { readonly state: 'canceled'; readonly billed: ProviderBilled }
  | { readonly state: 'gone' }
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

type CancelResult = 'stopped' | 'requested' | 'too_late' | 'unsupported';

/** One file of a finished job, as a stream; the asset store measures and checks it. */
export type ProviderFile = {
  readonly contentType: string;
  readonly declaredBytes: number | null;
  readonly declaredSha256: string | null;
  readonly content: Readable;
};

/** `link_expired`: poll again for a fresh link. `zero_outputs` is a failure, however "succeeded" the job says it is. */
export type CollectResult =
  | { readonly outcome: 'files'; readonly files: readonly ProviderFile[] }
  | { readonly outcome: 'zero_outputs' }
  | { readonly outcome: 'link_expired' }
  | { readonly outcome: 'unavailable'; readonly retryAfterMs: number };

/** A file of ours that a submission is going to name. */
export type InputFile = Pick<StageInput, 'contentType' | 'bytes' | 'sha256'> & {
  readonly open: () => Promise<Readable>;
};

type ProviderWebhook = {
  readonly isVerified: boolean;
  readonly providerJobId: string | null;
  readonly eventId: string | null;
};

/**
 * A model service, seen from a job. No call throws for a response of the service; `submit` never posts more than once
 * and says `unknown` for every answer that does not prove what happened, once its connection has been reset. Every call ends when
 * `signal` is aborted.
 */
export type Provider = {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /** The longest a post may take before it is `unknown`. Milliseconds; shorter than the submit activity's own limit. */
  readonly submitTimeoutMs: number;
  /**
   * Makes sure that the service has the files a submission is going to name. Starts and bills nothing, and may be
   * repeated. Throws when the service did not take them: nothing has been submitted then.
   */
  uploadInputs(files: readonly InputFile[], signal: AbortSignal): Promise<void>;
  /** `mayPost` is asked at most once: when there is a connection, and before the first byte. */
  submit(input: SubmitInput, mayPost: () => Promise<boolean>, signal: AbortSignal): Promise<SubmitResult>;
  /** Finds nothing but what the service's own record says was submitted under this reference. */
  lookup(reference: string, signal: AbortSignal): Promise<LookupResult>;
  /** Asked before a provider's id that came from outside is believed: whose job it is. */
  identify(providerJobId: string, signal: AbortSignal): Promise<IdentifyResult>;
  poll(providerJobId: string, signal: AbortSignal): Promise<PollResult>;
  cancel(providerJobId: string, signal: AbortSignal): Promise<CancelResult>;
  /** `polledFiles`: what the last poll named; without it the service is asked again. */
  collect(providerJobId: string, signal: AbortSignal, polledFiles?: unknown): Promise<CollectResult>;
  parseWebhook(
    rawBody: Buffer,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): ProviderWebhook;
};
