import type { Provider, Submission } from '../../../activities/providers/provider.ts';
import type { VerifyWebhook } from '../../../api/provider-webhooks/verify-webhook.ts';

/** A request as it came over the wire, read to its end. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** undefined when it is none. */
  readonly json: unknown;
  /** Where the client reached the fake: links begin so. */
  readonly origin: string;
};

export type WireAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; anything but bytes as JSON. */
  readonly body?: unknown;
};

export type FakeFile = {
  readonly url: string;
  /** The facts that the service tells of a file, where it does: true unless a test says otherwise. */
  readonly bytes: number;
  readonly sha256: string;
  readonly contentType: string;
};

/** A job as the fake keeps it. Tests move its state on; the dialect puts it into the service's words. */
export type FakeJob = {
  readonly id: string;
  readonly submission: unknown;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'moderated' | 'canceled' | 'never heard of';
  files: readonly FakeFile[];
};

export type FakeJobs = {
  readonly all: () => readonly FakeJob[];
  readonly get: (id: string) => FakeJob | undefined;
  readonly add: (id: string, submission: unknown) => FakeJob;
};

/** How one service speaks: what its fake needs to behave like the original. */
export type Dialect = {
  readonly isSubmission: (request: WireRequest) => boolean;
  /** Where a submission asks to be told that its job has ended. Absent: the service tells nothing. */
  readonly webhookAddressOf?: (submission: WireRequest) => unknown;
  /** Takes a submission as the original does, and responds to every other request from the jobs that there are. */
  readonly handle: (request: WireRequest, jobs: FakeJobs) => WireAnswer;
  /** The responses that the service documents as "nothing was started", and the class that an adapter makes of them. */
  readonly refusals: readonly (WireAnswer & { readonly means: string })[];
  /** Responses of success that prove nothing, beyond what every service may be given. */
  readonly nonsense?: readonly WireAnswer[];
  /** Fields of an answer about a job that are not what they are documented to be: they are laid over a sound one. */
  readonly oddFields?: readonly Readonly<Record<string, unknown>>[];
};

/** For a service whose answer to a post is the run. */
export type AnsweringDialect = Dialect & {
  /** The result of the fake when no test asks for another. */
  readonly usual: Buffer;
  /** The answer that holds these files; none: a success with nothing in it. */
  readonly answerOf: (...files: readonly Buffer[]) => WireAnswer;
  /** Responses of success that hold a failure, and how an adapter is to understand them. */
  readonly failures: readonly { readonly what: string; readonly answer: WireAnswer; readonly end: object }[];
};

export type AnsweringSubject = ContractSubject & {
  readonly dialect: AnsweringDialect;
  readonly mediaType: string;
  /** The contents that an answer may hold in place of a result. */
  readonly badContents: readonly { readonly what: string; readonly content: Buffer }[];
};

/** An adapter under the contract. */
export type ContractSubject = {
  readonly name: string;
  /** Sent to the service with each call, and to no other host; null: it asks for none. */
  readonly apiKey: string | null;
  readonly createProvider: (options: {
    readonly baseUrl: string;
    readonly submitTimeoutMs: number;
  }) => Provider;
  readonly dialect: Dialect;
  readonly submission: Pick<Submission, 'model' | 'input'>;
  /** What it tells by itself; absent: nothing. */
  readonly webhooks?: {
    /** As it is about a job. */
    readonly bodyOf: (jobId: string) => unknown;
    readonly sign: (body: Buffer, eventId: string, sentAtMs: number) => Readonly<Record<string, string>>;
    /** What the API takes it by. */
    readonly verify: VerifyWebhook;
  };
};

/** Names of jobs that no service gives, and that could not be asked for, indexed or stored. */
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
