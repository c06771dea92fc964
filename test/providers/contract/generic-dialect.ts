import { randomUUID } from 'node:crypto';
import { ODD_IDS, type Dialect, type FakeJob } from './dialect.ts';

/** docs/model-service-protocol.md, from the service's side. */
export const GENERIC_DIALECT: Dialect = {
  webhookAddressOf: ({ json }) => (json as { readonly webhook?: unknown }).webhook,
  isSubmission: ({ method, path }) => method === 'POST' && path === '/v1/predictions',
  handle({ method, path, query, json }, jobs) {
    const match = /^\/v1\/predictions(?:\/([^/]+))?(\/cancel)?$/.exec(path);
    if (match === null) return { status: 404, body: { error: { code: 'not_found' } } };
    const [, id = '', cancel] = match;
    if (id === '' && method === 'POST') {
      const job = jobs.add(`pred_${randomUUID()}`, json);
      return { status: 201, body: viewOf(job) };
    }
    if (id === '') {
      const reference = query.get('reference');
      return {
        status: 200,
        body: {
          data: jobs
            .all()
            .filter((job) => referenceOf(job) === reference)
            .map(viewOf),
        },
      };
    }
    const job = jobs.get(id);
    if (job === undefined) return { status: 404, body: { error: { code: 'not_found' } } };
    if (cancel === undefined) return { status: 200, body: viewOf(job) };
    if (job.state !== 'queued' && job.state !== 'running')
      return { status: 409, body: { error: { code: 'too_late' } } };
    job.state = 'canceled';
    return { status: 200, body: viewOf(job) };
  },
  refusals: [
    { status: 503, body: { error: { code: 'capacity' } }, means: 'capacity' },
    { status: 503, body: { error: { code: 'unavailable' } }, means: 'unavailable' },
    { status: 503, body: { error: { code: 'failed_before_start' } }, means: 'resubmit' },
    { status: 422, body: { error: { code: 'moderated_input' } }, means: 'moderated_input' },
    { status: 422, body: { error: { code: 'bad_input' } }, means: 'bad_input' },
    { status: 409, body: { error: { code: 'input_missing' } }, means: 'resubmit' },
  ],
  nonsense: [
    { status: 201, body: { id: 'pred_1', reference: 'of another', status: 'starting' } },
    { status: 200, body: { id: 'pred_1', status: 'starting' } },
    { status: 409, body: {} },
    ...ODD_IDS.map((id) => ({ status: 201, body: { id, status: 'starting' } })),
  ],
  oddFields: [
    { queue_position: -1 },
    { queue_position: 3_000_000_000 },
    { queue_position: 'first' },
    { progress: 'half' },
    { progress: { stage: 'a\u0000b', fraction: 0.5 } },
    { progress: { stage: 'x'.repeat(10_000), fraction: -3 } },
    { progress: { stage: { name: 'rendering' }, fraction: 7 } },
    { error: 'out of memory' },
    { error: { code: { type: 'oom' } } },
    { metrics: 'none' },
    { metrics: { billed: 'perhaps', cost: 0.04 } },
    { metrics: { billed: true, cost: '1e400' } },
    { metrics: { billed: true, cost: '-5' } },
    { metrics: { billed: true, cost: '1\u0000' } },
  ],
};

const STATUS: Readonly<Record<FakeJob['state'], string>> = {
  queued: 'starting',
  running: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  moderated: 'failed',
  canceled: 'canceled',
  'never heard of': 'preempted',
};

function viewOf(job: FakeJob) {
  const isOver = job.state === 'succeeded';
  return {
    id: job.id,
    reference: referenceOf(job),
    status: STATUS[job.state],
    queue_position: job.state === 'queued' ? 3 : null,
    progress: job.state === 'running' ? { stage: 'rendering', fraction: 0.5 } : null,
    error:
      job.state === 'moderated'
        ? { code: 'moderated_output' }
        : job.state === 'failed'
          ? { code: 'oom' }
          : null,
    output: isOver
      ? job.files.map(({ url, bytes, sha256, contentType }) => ({
          url,
          bytes,
          sha256,
          content_type: contentType,
        }))
      : null,
    metrics: isOver ? { billed: true, cost: '0.0040' } : { billed: false, cost: '0' },
  };
}

function referenceOf({ submission }: FakeJob): string {
  return (submission as { readonly reference: string }).reference;
}
