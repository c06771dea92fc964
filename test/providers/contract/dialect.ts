import type { Provider, Submission } from '../../../activities/providers/provider.ts';
import type { VerifyWebhook } from '../../../api/provider-webhooks/verify-webhook.ts';

/** A request that was read to its end. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined: the body is not JSON. */
  readonly json: unknown;
  /** The address by which the client reached the fake: links begin with it. */
  readonly origin: string;
};

export type WireAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
};

export type FakeFile = {
  readonly url: string;
  /** The declared length and checksum, if the service declares them: true unless a test changes them. */
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string;
};

/** A job of the fake. Tests change its state; the dialect writes it as the service does. */
export type FakeJob = {
  readonly id: string;
  readonly submission: unknown;
  /** ISO 8601. */
  madeAt: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'moderated' | 'canceled' | 'never heard of';
  files: readonly FakeFile[];
};

export type FakeJobs = {
  readonly all: () => readonly FakeJob[];
  readonly get: (id: string) => FakeJob | undefined;
  readonly add: (id: string, submission: unknown) => FakeJob;
};

/** The protocol of one service: what its fake needs to behave like the original. */
export type Dialect = {
  readonly isSubmission: (request: WireRequest) => boolean;
  /** The webhook address in a submission; absent: the service sends no webhooks. */
  readonly webhookAddressOf?: (submission: WireRequest) => unknown;
  /** Takes a submission as the original does, and responds to every other request from the jobs so far. */
  readonly handle: (request: WireRequest, jobs: FakeJobs) => WireAnswer;
  /**
   * Responses that the service documents as "nothing was started", with the error class that the adapter must return.
   */
  readonly refusals: readonly (WireAnswer & { readonly means: string })[];
  /** Successful responses that prove nothing, besides those that every service is tested with. */
  readonly nonsense?: readonly WireAnswer[];
  /** Odd values of documented fields of a poll's response, laid over a correct one. */
  readonly oddFields?: readonly Readonly<Record<string, unknown>>[];
};

/** The dialect of a service whose response to a post is the run. */
export type AnsweringDialect = Dialect & {
  /** The result of the fake unless a test sets another. */
  readonly usual: Buffer;
  /** The response with these files; none: a success without a result. */
  readonly answerOf: (...files: readonly Buffer[]) => WireAnswer;
  /** Successful responses that contain a failure, with the end that the adapter must return. */
  readonly failures: readonly { readonly what: string; readonly answer: WireAnswer; readonly end: object }[];
};

export type SynchronousSubject = ContractSubject & {
  readonly dialect: AnsweringDialect;
  readonly mediaType: string;
  /** Contents that a response may have in place of a result. */
  readonly badContents: readonly { readonly what: string; readonly content: Buffer }[];
};

/** An adapter under test. */
export type ContractSubject = {
  readonly name: string;
  /** Sent to the service with each call, and to no other host; null: the service has no key. */
  readonly apiKey: string | null;
  readonly createProvider: (options: {
    readonly baseUrl: string;
    readonly submitTimeoutMs: number;
  }) => Provider;
  readonly dialect: Dialect;
  readonly submission: Pick<Submission, 'model' | 'input'>;
  /** The service's webhooks; absent: it sends none. */
  readonly webhooks?: {
    /** The body of a webhook about a job. */
    readonly bodyOf: (jobId: string) => unknown;
    readonly sign: (body: Buffer, eventId: string, sentAtMs: number) => Readonly<Record<string, string>>;
    /** The API's check of a webhook. */
    readonly verify: VerifyWebhook;
  };
};

/** Job ids that no service returns, and that could not be requested, indexed or stored. */
export const ODD_IDS: readonly unknown[] = [
  '',
  '.',
  '..',
  'pred\u0000_1',
  'pred\ud800',
  'pred\n1',
  'x'.repeat(3_000),
  17,
  { id: 'pred_1' },
];
