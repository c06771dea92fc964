import { dataUrlsOf } from '../http/data-urls.ts';
import { createProviderClient, type ServiceOptions } from '../http/provider-client.ts';
import { refusalOf, UNCLEAR } from '../http/refusals.ts';
import type { Provider, ProviderCapabilities, SubmitResult } from '../provider.ts';
import { isSuccess, type Answer } from '../http/read-answer.ts';
import { addressesOf, pathOf, responsePathOf } from './fal-request.ts';
import { endOfResponse, parseStatus, POLL_INTERVAL_MS } from './fal-response.ts';

/** The queue takes a request within a second. A cold model makes the request wait in the queue, after the response. */
const SUBMIT_TIMEOUT_MS = 15_000;

const AFTER_ERROR_MS = 2_000;

/**
 * By default fal runs a request up to ten times, stores its input and output, and keeps its files public forever
 * (docs.fal.ai, "Queue", "Data retention"). An hour is ample for the files: results are stored within seconds. They get no
 * `initial_acl`: a private file is read with the key, which goes to the queue and to no other host.
 */
const HEADERS = {
  'x-fal-no-retry': '1',
  'x-fal-store-io': '0',
  'x-fal-object-lifecycle-preference': JSON.stringify({ expiration_duration_seconds: 3_600 }),
} as const;

const CAPABILITIES: ProviderCapabilities = {
  completion: 'poll',
  // A request can be found only by fal's request id, which was in the lost answer.
  lookup: 'none',
  memorySeconds: 3_600,
  minPollIntervalMs: POLL_INTERVAL_MS,
  sendsWebhooks: true,
};

/** `baseUrl`: `https://queue.fal.run`. */
type FalProviderOptions = ServiceOptions & {
  readonly apiKey: string;
};

/** Returns the adapter to fal's queue (docs.fal.ai, "Queue"). A model is an app's id: `fal-ai/flux/schnell`. */
export function createFalProvider(options: FalProviderOptions): Provider {
  const { submitTimeoutMs = SUBMIT_TIMEOUT_MS } = options;
  const client = createProviderClient({
    ...options,
    headers: { authorization: `Key ${options.apiKey}` },
    submitTimeoutMs,
  });
  const read = (method: 'GET' | 'PUT', path: string, signal: AbortSignal) =>
    client.read({ method, url: client.urlOf(path) }, signal);

  return {
    name: options.name,
    capabilities: CAPABILITIES,
    submitTimeoutMs,
    uploadInputs: dataUrlsOf,
    fetchResult: client.fetchResult,
    lookup: () => Promise.resolve({ outcome: 'unknown' }),
    identify: () => Promise.resolve({ outcome: 'unsupported' }),
    jobTold: responsePathOf,

    async submit({ model, input, webhookUrl }, mayPost, signal) {
      const url = new URL(client.urlOf(`/${model}`));
      if (webhookUrl !== null) url.searchParams.set('fal_webhook', webhookUrl);
      const posted = await client.post(url.href, input, mayPost, signal, HEADERS);
      return posted.outcome === 'answered' ? resultOf(posted.answer, client.urlOf('/')) : posted;
    },

    async poll(providerJobId, signal) {
      const { status: statusPath, response: responsePath } = addressesOf(providerJobId);
      const asked = await read('GET', statusPath, signal);
      if (asked?.status === 404) return { state: 'gone', retryAfterMs: AFTER_ERROR_MS };
      // 202 while it waits or runs.
      const status = asked?.status === 200 || asked?.status === 202 ? parseStatus(asked.json) : null;
      if (status?.state !== 'completed') return status ?? { state: 'unknown', retryAfterMs: AFTER_ERROR_MS };
      if (status.isCanceled)
        return { state: 'canceled', billed: 'no', cost: null, retryAfterMs: POLL_INTERVAL_MS };
      const response = await read('GET', responsePath, signal);
      const end = response === null ? null : endOfResponse(response);
      return end === null
        ? { state: 'unknown', retryAfterMs: AFTER_ERROR_MS }
        : { ...end, retryAfterMs: POLL_INTERVAL_MS };
    },

    async cancel(providerJobId, signal) {
      const answer = await read('PUT', addressesOf(providerJobId).cancel, signal);
      // 400: it has completed already. A waiting request is removed at once and a running one is asked to stop; the
      // response may not say which.
      return answer?.status === 400 || answer?.status === 404 ? 'too_late' : 'requested';
    },
  };
}

function resultOf(answer: Answer, root: string): SubmitResult {
  // Any 2xx that names a request says that there is one.
  if (!isSuccess(answer)) return refusalOf(answer);
  const providerJobId = pathOf(answer.json, root);
  return providerJobId === null ? UNCLEAR : { outcome: 'accepted', providerJobId };
}
