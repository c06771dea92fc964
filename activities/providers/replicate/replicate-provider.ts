import { createProviderClient, type ServiceOptions } from '../http/provider-client.ts';
import type { Answer } from '../http/read-answer.ts';
import { refusalOf, UNCLEAR } from '../http/refusals.ts';
import type { Provider, ProviderCapabilities, Submission } from '../provider.ts';
import { nameReplicateFiles } from './replicate-files.ts';
import {
  isOlder,
  parsePrediction,
  parsePredictions,
  POLL_INTERVAL_MS,
  pollResultOf,
  referenceOf,
} from './replicate-prediction.ts';

/** A prediction is created within a second or two. A cold model makes it wait in `starting`, after the response. */
const SUBMIT_TIMEOUT_MS = 15_000;

const AFTER_ERROR_MS = 2_000;

/**
 * Our deadline comes first; Replicate's applies when we are gone. It may be five seconds to a day (replicate.com/docs,
 * Cancel-After).
 */
const DEADLINE_GRACE_SECONDS = 3_600;
const MAX_CANCEL_AFTER_SECONDS = 86_400;

/** Pages of 100 predictions each, the newest first (replicate.com/docs/reference/http, predictions.list). */
const LOOKUP_PAGES = 5;

/** By how much Replicate's clock may differ from our database's. */
const CLOCK_MARGIN_SECONDS = 300;

const CAPABILITIES: ProviderCapabilities = {
  completion: 'poll',
  // A look-up compares the webhook addresses of recent predictions, so "not found" proves nothing.
  lookup: 'best_effort',
  memorySeconds: 3_600,
  minPollIntervalMs: POLL_INTERVAL_MS,
  sendsWebhooks: true,
};

/** `baseUrl`: `https://api.replicate.com`. */
type ReplicateProviderOptions = ServiceOptions & {
  readonly apiToken: string;
};

/**
 * Returns the adapter to Replicate (replicate.com/docs/reference/http). A model is `owner/name`, or
 * `owner/name:version`.
 */
export function createReplicateProvider(options: ReplicateProviderOptions): Provider {
  const { submitTimeoutMs = SUBMIT_TIMEOUT_MS } = options;
  const client = createProviderClient({
    ...options,
    headers: { authorization: `Bearer ${options.apiToken}` },
    submitTimeoutMs,
  });
  const urlOf = (id: string) => client.urlOf(`/v1/predictions/${encodeURIComponent(id)}`);
  const readPrediction = async (method: 'GET' | 'POST', url: string, signal: AbortSignal) => {
    const answer = await client.read({ method, url }, signal);
    return {
      status: answer?.status,
      prediction: answer?.status === 200 ? parsePrediction(answer.json) : null,
    };
  };

  return {
    name: options.name,
    capabilities: CAPABILITIES,
    submitTimeoutMs,
    uploadInputs: (files, signal) => nameReplicateFiles(client, files, signal),
    fetchResult: client.fetchResult,

    async submit(submission, mayPost, signal) {
      const { path, body } = requestOf(submission);
      const seconds = Math.ceil(submission.deadlineSeconds) + DEADLINE_GRACE_SECONDS;
      const headers = { 'cancel-after': `${String(Math.min(seconds, MAX_CANCEL_AFTER_SECONDS))}s` };
      const posted = await client.post(client.urlOf(path), body, mayPost, signal, headers);
      if (posted.outcome !== 'answered') return posted;
      const { answer } = posted;
      if (!isMade(answer)) return refusalOf(answer);
      const id = parsePrediction(answer.json)?.id;
      return id === undefined ? UNCLEAR : { outcome: 'accepted', providerJobId: id };
    },

    // A search that did not reach the time of the submission, or the end of the list, says nothing.
    async lookup(reference, signal, postedSecondsAgo = Number.POSITIVE_INFINITY) {
      const sinceMs = Date.now() - (postedSecondsAgo + CLOCK_MARGIN_SECONDS) * 1_000;
      let url: string | null = client.urlOf('/v1/predictions');
      for (let page = 0; page < LOOKUP_PAGES && url !== null; page++) {
        const answer: Answer | null = await client.read({ method: 'GET', url }, signal);
        const listed = answer?.status === 200 ? parsePredictions(answer.json) : null;
        if (listed === null) return { outcome: 'unknown' };
        const found = listed.results.find((prediction) => referenceOf(prediction) === reference);
        if (found !== undefined) return { outcome: 'found', providerJobId: found.id };
        const isPast = listed.results.some((prediction) => isOlder(prediction, sinceMs));
        if (isPast || !listed.next) return { outcome: 'not_found' };
        // The key must not be sent to a page on another host.
        url = listed.next.startsWith(client.urlOf('/')) ? listed.next : null;
      }
      return { outcome: 'unknown' };
    },

    async identify(providerJobId, signal) {
      const { status, prediction } = await readPrediction('GET', urlOf(providerJobId), signal);
      if (status === 404) return { outcome: 'not_found' };
      const reference = prediction === null ? null : referenceOf(prediction);
      return reference === null ? { outcome: 'unknown' } : { outcome: 'found', reference };
    },

    async poll(providerJobId, signal) {
      const { status, prediction } = await readPrediction('GET', urlOf(providerJobId), signal);
      if (status === 404) return { state: 'gone', retryAfterMs: AFTER_ERROR_MS };
      // An answer about another prediction says nothing about this one.
      return prediction?.id !== providerJobId
        ? { state: 'unknown', retryAfterMs: AFTER_ERROR_MS }
        : pollResultOf(prediction);
    },

    async cancel(providerJobId, signal) {
      const { status, prediction } = await readPrediction('POST', `${urlOf(providerJobId)}/cancel`, signal);
      if (status === 404) return 'too_late';
      if (prediction?.status === 'canceled' || prediction?.status === 'aborted') return 'stopped';
      return prediction?.status === 'succeeded' || prediction?.status === 'failed' ? 'too_late' : 'requested';
    },
  };
}

/** 202: Replicate was asked to wait and did not. Both say that there is a prediction. */
function isMade({ status }: Answer): boolean {
  return status === 201 || status === 202;
}

function requestOf({ model, input, webhookUrl }: Submission): { path: string; body: object } {
  const webhook = webhookUrl === null ? {} : { webhook: webhookUrl, webhook_events_filter: ['completed'] };
  const [name = '', version] = model.split(':');
  return version === undefined
    ? { path: `/v1/models/${name}/predictions`, body: { input, ...webhook } }
    : { path: '/v1/predictions', body: { version, input, ...webhook } };
}
