import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { sineWave } from '../../activities/content/sounds.ts';
import type { Dialect, WireAnswer } from '../../providers/contract/dialect.ts';
import { chatDialect, imagesDialect, speechDialect } from '../../providers/contract/openai-dialect.ts';
import { falJwks, FAL, GENERIC, REPLICATE, WEBHOOK_SECRET } from '../../providers/contract/subjects.ts';
import {
  startSimulatedService,
  type Play,
  type SimulatedService,
  type Run,
} from '../../services/simulated-service.ts';
import { createDroppingProxy, type DroppingProxy } from './dropping-proxy.ts';
import { fateOf } from './service-jobs.ts';
import { listenLocally } from '../../harness/local-server.ts';

/** What a run takes: some end before a kill or an outage, some meet one. */
const RUN_MS = 1_500;
const PICTURE = path.join(import.meta.dirname, '../../../model-service/prepared/picture.png');

/** A line of a service's bill: what it names the run by, and what it charges, in US dollars. */
export type BillLine = { readonly line: string; readonly id: string; readonly cost: string };

export type SoakService = {
  readonly provider: 'gpu' | 'replicate' | 'fal' | 'openai';
  readonly service: SimulatedService;
  /** What it charges for: runs that cost something. */
  readonly bill: () => readonly BillLine[];
};

type SoakServices = {
  readonly all: readonly SoakService[];
  /** The networks between workers and services, as one. */
  readonly network: Pick<DroppingProxy, 'drop' | 'restore'>;
  readonly apiEnv: Readonly<Record<string, string>>;
  readonly workerEnv: Readonly<Record<string, string>>;
  /** Where webhooks go from now on. */
  readonly tellTo: (apiUrl: string) => void;
  readonly close: () => Promise<void>;
};

/** Fakes of all services that there is an adapter for, beside the local one; each behind a network that can lose packets. */
export async function startSoakServices(): Promise<SoakServices> {
  let apiUrl: string | undefined;
  const tell = (webhookPath: string, body: Buffer, headers: Readonly<Record<string, string>>) => {
    // An API that is down just then is not told: the poll finds what it would have been.
    if (apiUrl !== undefined)
      void fetch(`${apiUrl}${webhookPath}`, { method: 'POST', headers, body: Uint8Array.from(body) }).catch(
        () => undefined,
      );
  };
  const result = { content: await readFile(PICTURE), contentType: 'image/png' };
  const polled = (subject: typeof GENERIC) =>
    startSimulatedService({
      ...{ dialect: subject.dialect, play: createPlay(), result, tell },
      ...(subject.webhooks === undefined ? {} : { webhooks: subject.webhooks }),
    });
  const openAi = await startSimulatedService({
    ...{ dialect: openAiDialect(result.content), play: createPlay(), result, failedAnswer: FAILED_INSIDE },
  });
  const all: readonly SoakService[] = [
    soakService('gpu', await polled(GENERIC), ({ job }) => (job.state === 'succeeded' ? '0.004' : null)),
    soakService('replicate', await polled(REPLICATE), ({ job }) =>
      job.state === 'canceled' ? null : '0.039',
    ),
    soakService('fal', await polled(FAL), ({ job }) => (job.state === 'succeeded' ? '0.025' : null)),
    soakService('openai', openAi, costOfAnswer),
  ];
  const proxies = await Promise.all(
    all.map(async ({ service }) => {
      const proxy = await createDroppingProxy();
      proxy.forwardTo(service.url);
      return proxy;
    }),
  );
  const [gpu, replicate, fal, openai] = proxies.map(({ url }) => url);
  const jwks = await serveJwks();
  const addresses = {
    GPU_SERVICE_URL: gpu ?? '',
    REPLICATE_URL: replicate ?? '',
    FAL_URL: fal ?? '',
    OPENAI_URL: `${openai ?? ''}/v1/`,
    // The fakes put the API's own address in the place of this one.
    PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:9',
  };
  return {
    all,
    network: {
      drop: () => {
        for (const proxy of proxies) proxy.drop();
      },
      restore: () => {
        for (const proxy of proxies) proxy.restore();
      },
    },
    apiEnv: {
      ...addresses,
      ...Object.fromEntries(
        ['MODEL_SERVICE', 'GPU_SERVICE', 'REPLICATE'].map((name) => [
          `${name}_WEBHOOK_SECRET`,
          WEBHOOK_SECRET,
        ]),
      ),
      FAL_JWKS_URL: jwks.url,
    },
    workerEnv: {
      ...addresses,
      ...{ OPENAI_API_KEY: 'sk-soak', REPLICATE_API_TOKEN: 'r8_soak', FAL_KEY: 'soak:soak' },
      GPU_SERVICE_API_KEY: 'soak',
    },
    tellTo: (url) => {
      apiUrl = url;
    },
    async close() {
      await Promise.all([
        ...proxies.map((proxy) => proxy.close()),
        ...all.map(({ service }) => service.close()),
        jwks.close(),
      ]);
    },
  };
}

/** Each job as the words say that it was sent; one that is busy is so once. */
function createPlay(): (request: { readonly json: unknown }) => Play {
  const refused = new Set<string>();
  return ({ json }) => {
    const { job, fate } = fateOf(json);
    const isBusy = fate === 'busy' && !refused.has(job);
    if (isBusy) refused.add(job);
    return {
      // Longer for one than for another, and the same for the same seed.
      runMs: RUN_MS * (0.5 + (Number(job) % 7) / 7),
      end: fate === 'fails' ? 'failed' : fate === 'moderated' ? 'moderated' : 'succeeded',
      submission: isBusy ? 'busy' : fate === 'lost' ? 'lost' : 'taken',
    };
  };
}

function soakService(
  provider: SoakService['provider'],
  service: SimulatedService,
  costOf: (run: Run) => string | null,
): SoakService {
  return {
    provider,
    service,
    bill: () =>
      service.runs().flatMap((run) => {
        const cost = costOf(run);
        // By our reference where the service was given it: it knows a run whose answer we have never read.
        const id = run.reference ?? run.job.id;
        return cost === null ? [] : [{ line: run.job.id, id, cost }];
      }),
  };
}

const FAILED_INSIDE: WireAnswer = { status: 200, body: { error: { code: 'upstream_error' } } };

const OPENAI_COSTS: Readonly<Record<string, string>> = {
  '/v1/images/generations': '0.04',
  '/v1/chat/completions': '0.005',
  '/v1/audio/speech': '0.015',
};

function costOfAnswer({ job, request }: Run): string | null {
  return job.state === 'succeeded' ? (OPENAI_COSTS[request.path] ?? null) : null;
}

const LINKED_PATH = '/results/picture.png';

/** Pictures, every second one behind a link that is given once, words and speech of one service. */
function openAiDialect(picture: Buffer): Dialect {
  const inAnswers = imagesDialect(picture);
  const images: Dialect = {
    ...inAnswers,
    handle(request, jobs) {
      if (request.path === LINKED_PATH)
        return { status: 200, headers: { 'content-type': 'image/png' }, body: picture };
      const answer = inAnswers.handle(request, jobs);
      const isLinked = answer.status === 200 && jobs.all().length % 2 === 0;
      const data = [{ url: `${request.origin}${LINKED_PATH}` }];
      return isLinked ? { ...answer, body: { created: 1, data } } : answer;
    },
  };
  const others = [chatDialect(Buffer.from('{ "line": "Once" }')), speechDialect(sineWave(1))];
  const of = (request: Parameters<Dialect['isSubmission']>[0]) =>
    others.find((dialect) => dialect.isSubmission(request)) ?? images;
  return {
    ...images,
    isSubmission: (request) => of(request).isSubmission(request),
    handle: (request, jobs) => of(request).handle(request, jobs),
  };
}

async function serveJwks(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(falJwks()));
  });
  const { url, close } = await listenLocally(server);
  return { url: `${url}/jwks.json`, close };
}
