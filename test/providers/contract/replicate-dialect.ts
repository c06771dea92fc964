import { randomBytes } from 'node:crypto';
import { ODD_IDS, type Dialect, type FakeJob } from './dialect.ts';

/** Predictions on a page of the list. */
const PAGE = 100;

/** replicate.com/docs/reference/http and /docs/reference/error-codes, from the service's side. */
export const REPLICATE_DIALECT: Dialect = {
  // Only the end is reported by webhook.
  webhookAddressOf({ json }) {
    const { webhook, webhook_events_filter: events } = json as Readonly<Record<string, unknown>>;
    return JSON.stringify(events) === '["completed"]' ? webhook : null;
  },
  isSubmission: ({ method, path }) =>
    method === 'POST' && /^\/v1\/(models\/[^/]+\/[^/]+\/)?predictions$/.test(path),
  handle(request, jobs) {
    const { method, path, json } = request;
    if (REPLICATE_DIALECT.isSubmission(request)) {
      const job = jobs.add(randomBytes(13).toString('hex'), json);
      return { status: 201, body: viewOf(job) };
    }
    if (method === 'POST' && path === '/v1/files')
      return {
        status: 201,
        body: { id: 'file_1', urls: { get: 'https://api.replicate.com/v1/files/file_1' } },
      };
    if (method === 'GET' && path === '/v1/predictions') {
      const from = Number(request.query.get('cursor'));
      const isLast = from + PAGE >= jobs.all().length;
      const next = isLast ? null : `${request.origin}/v1/predictions?cursor=${String(from + PAGE)}`;
      const results = [...jobs.all()]
        .reverse()
        .slice(from, from + PAGE)
        .map(viewOf);
      return { status: 200, body: { next, previous: null, results } };
    }
    const [, id = '', cancel] = /^\/v1\/predictions\/([^/]+)(\/cancel)?$/.exec(path) ?? [];
    const job = jobs.get(id);
    if (job === undefined) return { status: 404, body: { detail: 'Not found.' } };
    // A cancel of an ended prediction changes nothing, and returns the prediction.
    if (cancel !== undefined && (job.state === 'queued' || job.state === 'running')) job.state = 'canceled';
    return { status: 200, body: viewOf(job) };
  },
  refusals: [
    { status: 402, body: { title: 'Insufficient credit', status: 402 }, means: 'our_balance' },
    { status: 422, body: { title: 'Input validation failed', status: 422 }, means: 'bad_input' },
    { status: 429, body: { detail: 'Request was throttled.', status: 429 }, means: 'capacity' },
  ],
  nonsense: [
    { status: 201, body: { status: 'starting' } },
    { status: 200, body: { id: 'gm3q', status: 'starting' } },
    ...ODD_IDS.map((id) => ({ status: 201, body: { id, status: 'starting' } })),
  ],
  oddFields: [
    { error: { code: 'E001' } },
    { webhook: 7 },
    { started_at: { seconds: 1 } },
    { metrics: 'none' },
    { urls: null },
  ],
};

const STATUS: Readonly<Record<FakeJob['state'], string>> = {
  queued: 'starting',
  running: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  moderated: 'failed',
  canceled: 'canceled',
  'never heard of': 'hibernating',
};

function viewOf(job: FakeJob) {
  const { webhook, input } = job.submission as { readonly webhook?: string; readonly input: object };
  const hasRun = job.state !== 'queued' && job.state !== 'canceled';
  return {
    id: job.id,
    model: 'black-forest-labs/flux-schnell',
    status: STATUS[job.state],
    input,
    // Replicate's own example of a created prediction has none.
    ...(job.state === 'succeeded' ? { output: job.files.map(({ url }) => url) } : {}),
    error:
      job.state === 'moderated'
        ? 'The input or output was flagged as sensitive. Please try again with different inputs. (E005)'
        : job.state === 'failed'
          ? 'Prediction failed.'
          : null,
    webhook,
    created_at: job.madeAt,
    started_at: hasRun ? '2026-11-28T12:00:01.000Z' : null,
    metrics: job.state === 'succeeded' ? { predict_time: 1.2 } : {},
    urls: { get: `https://api.replicate.com/v1/predictions/${job.id}` },
  };
}
