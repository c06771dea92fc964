import { referenceOfWebhookUrl } from '../../domain/webhooks/provider-webhook-address.ts';
import type {
  ContractSubject,
  Dialect,
  FakeFile,
  FakeJob,
  WireAnswer,
  WireRequest,
} from '../providers/contract/dialect.ts';
import { answering, startFakeService, type FakeService } from '../providers/contract/fake-service.ts';

/** A run at a played service: taken, wanted or not. */
export type Run = {
  readonly job: FakeJob;
  /** Ours; null where a service is told none. */
  readonly reference: string | null;
  readonly request: WireRequest;
  /** Date.now() */
  readonly takenAt: number;
};

/** How one run goes. */
export type Play = {
  readonly runMs: number;
  readonly end: 'succeeded' | 'failed' | 'moderated';
  /** `busy`: nothing is begun. `lost`: it runs, and the answer to its submission never arrives. Absent: taken. */
  readonly submission?: 'taken' | 'busy' | 'lost';
};

export type SimulatedService = Pick<FakeService, 'url' | 'setFaults'> & {
  readonly runs: () => readonly Run[];
  /** Runs under way. */
  readonly inFlight: () => number;
  /** The most there were at once. */
  readonly mostInFlight: () => number;
  /** Requests that were no submission and no file: polls, look-ups and cancels. */
  readonly asked: () => number;
  readonly close: () => Promise<void>;
};

type SimulationOptions = {
  readonly dialect: Dialect;
  readonly play: (request: WireRequest) => Play;
  /** What a run that succeeds has made. */
  readonly result: { readonly content: Buffer; readonly contentType: string };
  /** Tells of each end, by the address that its submission was given; absent: nothing is told. */
  readonly tell?: (webhookPath: string, body: Buffer, headers: Readonly<Record<string, string>>) => void;
  readonly webhooks?: ContractSubject['webhooks'];
  /** Of a service whose answer to a submission is the run: its answer about one that failed. Absent: a job is begun and polled. */
  readonly failedAnswer?: WireAnswer;
};

const isOver = ({ state }: FakeJob) => state !== 'queued' && state !== 'running';

/** A fake of a service whose runs begin at once, take their time, and end as they are played. */
export async function startSimulatedService(options: SimulationOptions): Promise<SimulatedService> {
  const { dialect, play, result } = options;
  const runs: Run[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let [inFlight, mostInFlight, asked] = [0, 0, 0];
  let planned: Play = { runMs: 0, end: 'succeeded' };
  let file: FakeFile | undefined;

  const end = (run: Run, { end: how }: Play) => {
    inFlight -= 1;
    if (isOver(run.job)) return;
    run.job.state = how;
    file ??= fake.putFile(result.content, result.contentType);
    // Where its client reached it: behind a proxy, there.
    const url = `${run.request.origin}${new URL(file.url).pathname}`;
    if (how === 'succeeded') run.job.files = [{ ...file, url }];
    tellOf(run, options);
  };
  const begin = (request: WireRequest, job: FakeJob) => {
    const run = { job, reference: referenceOf(dialect, request), request, takenAt: Date.now() };
    const played = planned;
    job.state = 'running';
    runs.push(run);
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    const timer = setTimeout(() => {
      timers.delete(timer);
      end(run, played);
    }, played.runMs);
    timers.add(timer);
  };

  const playing: Dialect = {
    ...dialect,
    handle(request, jobs): WireAnswer {
      if (!dialect.isSubmission(request)) {
        asked += 1;
        return dialect.handle(request, jobs);
      }
      const before = jobs.all().length;
      const answer = dialect.handle(request, jobs);
      const job = jobs.all()[before];
      if (job !== undefined) begin(request, job);
      return answer;
    },
  };
  const fake = await startFakeService(playing, { remembers: false });
  fake.setFaults({
    submission: (exchange) => {
      planned = play(exchange.wire);
      const played = planned;
      if (played.submission === 'busy') {
        answering(busyAnswerOf(dialect))(exchange);
        return;
      }
      const answer = exchange.take();
      if (played.submission === 'lost') exchange.request.socket.resetAndDestroy();
      else if (options.failedAnswer === undefined) answering(answer)(exchange);
      else {
        const run = runs.at(-1);
        const given = played.end === 'succeeded' ? answer : options.failedAnswer;
        const headers = { ...given.headers, 'x-request-id': run?.job.id ?? '' };
        setTimeout(() => {
          if (!exchange.response.destroyed) answering({ ...given, headers })(exchange);
        }, played.runMs);
      }
    },
  });
  return {
    url: fake.url,
    setFaults: fake.setFaults,
    runs: () => runs,
    inFlight: () => inFlight,
    mostInFlight: () => mostInFlight,
    asked: () => asked,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await fake.close();
    },
  };
}

/** What a service documents as "not now, and nothing was begun". */
function busyAnswerOf({ refusals }: Dialect): WireAnswer {
  const refusal = refusals.find(({ means }) => means === 'capacity');
  if (refusal === undefined) throw new Error('the service has no answer for when it is busy');
  return refusal;
}

function referenceOf(dialect: Dialect, request: WireRequest): string | null {
  const { reference } = (request.json ?? {}) as { readonly reference?: unknown };
  if (typeof reference === 'string') return reference;
  const address = dialect.webhookAddressOf?.(request);
  return typeof address === 'string' ? referenceOfWebhookUrl(address) : null;
}

function tellOf({ job, request }: Run, { dialect, webhooks, tell }: SimulationOptions): void {
  const address = dialect.webhookAddressOf?.(request);
  if (tell === undefined || webhooks === undefined || typeof address !== 'string') return;
  const body = Buffer.from(JSON.stringify(webhooks.bodyOf(job.id)));
  tell(new URL(address).pathname, body, webhooks.sign(body, `msg_${job.id}`, Date.now()));
}
