import { pathSegment } from './path-segment.ts';
import { streamEvents } from './event-stream.ts';
import { HoldfastError, JobFailedError } from './holdfast-error.ts';
import { Listing } from './listing.ts';
import { newKey } from './new-key.ts';
import { preview, type DecidedOptions } from './preview.ts';
import type { JobFile, Outputs } from './outputs.ts';
import type { ApiCall, CallOptions, KeyedOptions, Transport } from './transport.ts';
import type { Inspection, Job, JobBody, JobEvent, JobFilters, Preview, SupportBody } from './wire-types.ts';

export type SubmitOptions = KeyedOptions & {
  /** Lets the API wait for the end, at most 55 s. Absent: it returns once the credits are reserved. */
  readonly waitSeconds?: number | undefined;
};

/** An ended job, and the files of its delivered outputs. */
export type FinishedJob = { readonly job: Job; readonly files: readonly JobFile[] };

/** The downloads at once. */
const DOWNLOADS_AT_ONCE = 4;

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'partially_succeeded', 'failed', 'canceled']);

/** `holdfast.jobs` */
export class Jobs {
  readonly #transport: Transport;
  readonly #outputs: Outputs;

  constructor(transport: Transport, outputs: Outputs) {
    this.#transport = transport;
    this.#outputs = outputs;
  }

  /** Reserves the credits and starts the job. All tries of one call have the same key: it is one job, charged once. */
  create(
    body: JobBody,
    { waitSeconds, idempotencyKey = newKey(), ...options }: SubmitOptions = {},
  ): Promise<Job> {
    return this.#transport.json<Job>({
      ...options,
      ...(waitSeconds === undefined ? {} : { headers: { prefer: `wait=${String(Math.ceil(waitSeconds))}` } }),
      timeoutMs: options.timeoutMs ?? (waitSeconds === undefined ? undefined : (waitSeconds + 20) * 1_000),
      path: '/v1/jobs',
      body,
      idempotencyKey,
    });
  }

  retrieve(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#transport.json<Job>({ ...options, path: jobPath(id) });
  }

  /** Newest first. */
  list(filters: JobFilters = {}, options: CallOptions = {}): Listing<Job> {
    return new Listing(this.#transport, { ...options, path: '/v1/jobs', query: filters });
  }

  /** The customer's cancel. Returns once it is requested; `wait` returns the end. */
  cancel(id: string, options: KeyedOptions = {}): Promise<Job> {
    return this.#transport.json<Job>({ ...options, path: `${jobPath(id)}/cancel`, body: {} });
  }

  /**
   * The job's events, each once and in order, until the last: over broken connections and restarts of the API.
   * @param options.after The `seq` of the last event you read; absent: from the first.
   */
  events(id: string, options: CallOptions & { readonly after?: number } = {}): AsyncGenerator<JobEvent> {
    const { after, ...call } = options;
    return streamEvents<JobEvent>(
      this.#transport,
      { ...call, path: `${jobPath(id)}/events` },
      {
        after: after === undefined ? undefined : String(after),
        isLast: (event) => event.type.startsWith('job.') && ENDED.has(event.type.slice('job.'.length)),
      },
    );
  }

  /**
   * Waits until the job has ended, at its `returned_automatically_by` at the latest. Where its events cannot be followed
   * (the account watches from as many places as it may, a proxy cuts each stream), it reads the job again, at the pace
   * of the stream's retries.
   */
  async wait(id: string, options: CallOptions = {}): Promise<Job> {
    const { onResponse: _, ...call } = options;
    for (;;) {
      const job = await this.retrieve(id, call);
      if (ENDED.has(job.state)) return job;
      await readToTheEnd(this.events(id, call));
    }
  }

  /**
   * Submits, waits, and downloads the delivered files, each checked against its sha256. Throws JobFailedError when
   * there are none: the credits have returned. Files are in memory; for many or large ones use `create`, `wait` and
   * `outputs.save`.
   */
  async run(body: JobBody, options: SubmitOptions = {}): Promise<FinishedJob> {
    const { signal, timeoutMs, account } = options;
    const call = { signal, timeoutMs, account };
    const { id } = await this.create(body, options);
    const job = await this.wait(id, call);
    const delivered = job.outputs.filter((output) => output.state === 'succeeded');
    if (delivered.length === 0) throw new JobFailedError(job);
    const files: JobFile[] = [];
    for (let from = 0; from < delivered.length; from += DOWNLOADS_AT_ONCE) {
      const some = delivered.slice(from, from + DOWNLOADS_AT_ONCE);
      files.push(...(await Promise.all(some.map((output) => this.#outputs.download(output, call)))));
    }
    return { job, files };
  }

  /** Support: all that is on record of a job, and the next automatic action. */
  inspect(id: string, options: CallOptions = {}): Promise<Inspection> {
    return this.#transport.json<Inspection>({ ...options, path: `${jobPath(id)}/inspect` });
  }

  /** Support: release, refund, extend, restart or resolve, each with a reason. */
  command(
    id: string,
    { command, ...asked }: SupportBody,
    { idempotencyKey = newKey(), asOf, ...options }: KeyedOptions & DecidedOptions = {},
  ): Promise<Job> {
    const body = { ...asked, as_of: asOf };
    const call: ApiCall = { ...options, path: `${jobPath(id)}/${command}`, body, idempotencyKey };
    return this.#transport.json<Job>(call);
  }

  /** Support: previews a command. Nothing is done. */
  preview(id: string, { command, ...body }: SupportBody, options: CallOptions = {}): Promise<Preview> {
    const path = `${jobPath(id)}/${command}`;
    // A dry run leaves its key unused.
    const idempotencyKey = newKey();
    return preview(this.#transport, { ...options, path, body, idempotencyKey });
  }
}

/** Reads a stream of events to its end. One that fails for a passing reason has ended too. */
async function readToTheEnd(events: AsyncGenerator<JobEvent>): Promise<void> {
  try {
    while ((await events.next()).done !== true);
  } catch (error) {
    if (!(error instanceof HoldfastError && error.retryable)) throw error;
  }
}

const jobPath = (id: string) => `/v1/jobs/${pathSegment(id)}`;
