import { randomUUID } from 'node:crypto';
import type { Dialect, FakeJob, WireRequest } from './dialect.ts';

/** docs.fal.ai, "Queue", "Model errors" and "Webhooks", from the service's side. */
export const FAL_DIALECT: Dialect = {
  webhookAddressOf: ({ query }) => query.get('fal_webhook'),
  isSubmission: ({ method, path }) => method === 'POST' && /^\/fal-ai(\/[^/]+){1,4}$/.test(path),
  handle(request, jobs) {
    if (FAL_DIALECT.isSubmission(request)) {
      const job = jobs.add(randomUUID(), request.json);
      return { status: 200, body: { status: 'IN_QUEUE', queue_position: 3, ...urlsOf(request, job) } };
    }
    const [, id = '', what] =
      /^\/fal-ai\/[^/]+\/requests\/([^/]+)(?:\/(status|cancel))?$/.exec(request.path) ?? [];
    const job = jobs.get(id);
    if (job === undefined) return { status: 404, body: { detail: 'Request not found' } };
    const isUnderWay = job.state === 'queued' || job.state === 'running';
    if (what === 'status') return { status: isUnderWay ? 202 : 200, body: statusOf(request, job) };
    if (what === undefined) return responseOf(job);
    if (!isUnderWay) return { status: 400, body: { status: 'ALREADY_COMPLETED' } };
    job.state = 'canceled';
    return { status: 202, body: { status: 'CANCELLATION_REQUESTED' } };
  },
  refusals: [
    { status: 422, body: { detail: [{ type: 'missing', loc: ['body', 'prompt'] }] }, means: 'bad_input' },
    { status: 429, body: { detail: 'Too many requests' }, means: 'capacity' },
  ],
  nonsense: [
    { status: 200, body: { request_id: '764c' } },
    {
      status: 200,
      body: {
        request_id: '764c',
        ...Object.fromEntries(
          ['response_url', 'status_url', 'cancel_url'].map((name) => [
            name,
            'https://elsewhere.test/requests/764c',
          ]),
        ),
      },
    },
  ],
  oddFields: [
    { queue_position: -1 },
    { queue_position: 3_000_000_000 },
    { queue_position: 'first' },
    { logs: 7, metrics: 'none' },
    { detail: ['no memory'] },
    { detail: [null, { type: 7 }] },
    { detail: { msg: 'no memory' } },
  ],
};

/** The addresses of a request do not have the app's sub-path (`fal-ai/flux/schnell`). */
function urlsOf({ origin, path }: WireRequest, { id }: FakeJob) {
  const [, , app = ''] = path.split('/');
  const response = `${origin}/fal-ai/${app}/requests/${id}`;
  return {
    request_id: id,
    response_url: response,
    status_url: `${response}/status`,
    cancel_url: `${response}/cancel`,
  };
}

function statusOf(request: WireRequest, job: FakeJob) {
  const urls = urlsOf(request, job);
  switch (job.state) {
    case 'queued':
      return { status: 'IN_QUEUE', queue_position: 3, ...urls };
    case 'running':
      return { status: 'IN_PROGRESS', logs: null, ...urls };
    case 'canceled':
      return { status: 'COMPLETED', error: 'Request was cancelled', error_type: 'client_cancelled', ...urls };
    case 'never heard of':
      return { status: 'IN_REVIEW', ...urls };
    case 'succeeded':
    case 'failed':
    case 'moderated':
      return { status: 'COMPLETED', logs: null, metrics: { inference_time: 1.2 }, ...urls };
  }
}

function responseOf({ state, files }: FakeJob) {
  if (state === 'failed') return { status: 500, body: { detail: 'Internal server error' } };
  if (state === 'moderated')
    return { status: 422, body: { detail: [{ type: 'content_policy_violation', loc: ['body', 'prompt'] }] } };
  const images = files.map(({ url, bytes, contentType }) => ({
    url,
    content_type: contentType,
    file_size: bytes,
  }));
  const [video] = images;
  if (video?.content_type.startsWith('video/') === true) return { status: 200, body: { video } };
  return {
    status: 200,
    body: { images, seed: 1, has_nsfw_concepts: files.map(() => false), prompt: 'A kettle' },
  };
}
