import { createProviderClient, type ServiceOptions } from '../http/provider-client.ts';
import type { Provider, ProviderCapabilities, Submission } from '../provider.ts';
import { parseJob, parseJobs, pollResultOf, POLL_INTERVAL_MS } from './generic-job.ts';
import { submitResultOf } from './submit-result.ts';
import { uploadFiles } from './upload-files.ts';

/**
 * The longest that a post may take before its outcome is `unknown`. A service responds within milliseconds, since it
 * only records the job; 8 s allows for a busy machine.
 */
const SUBMIT_TIMEOUT_MS = 8_000;

/** The pause after a poll without an answer: the service may be restarting. */
const AFTER_ERROR_MS = 1_000;

/**
 * Our deadline comes first, so that we know why the job ended; the service's own applies when we are gone. It is sent
 * once, with the submission, so it leaves support an hour to extend ours. Beyond that, support restarts the job.
 */
const DEADLINE_GRACE_SECONDS = 3_600;

const CAPABILITIES: ProviderCapabilities = {
  completion: 'poll',
  lookup: 'authoritative',
  // The protocol demands ten minutes. One of them is left for the look-up itself.
  memorySeconds: 540,
  minPollIntervalMs: POLL_INTERVAL_MS,
  sendsWebhooks: true,
};

type GenericProviderOptions = ServiceOptions & {
  /** Null: the service needs none, as on a private network. */
  readonly apiKey?: string | null;
};

/**
 * Returns the adapter to a service that speaks Holdfast's own protocol (docs/model-service-protocol.md): the adopter's
 * own GPU machine, or the local model service.
 */
export function createGenericProvider(options: GenericProviderOptions): Provider {
  const { apiKey = null, submitTimeoutMs = SUBMIT_TIMEOUT_MS } = options;
  const client = createProviderClient({
    ...options,
    headers: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` },
    submitTimeoutMs,
  });
  const root = client.urlOf('/v1/predictions');
  const urlOf = (providerJobId: string): string => `${root}/${encodeURIComponent(providerJobId)}`;
  const read = (method: 'GET' | 'POST', url: string, signal: AbortSignal) =>
    client.read({ method, url }, signal);

  return {
    name: options.name,
    capabilities: CAPABILITIES,
    submitTimeoutMs,
    uploadInputs: (files, signal) => uploadFiles(client, files, signal),
    fetchResult: client.fetchResult,

    async submit(submission, mayPost, signal) {
      const posted = await client.post(root, bodyOf(submission), mayPost, signal);
      return posted.outcome === 'answered' ? submitResultOf(posted.answer, submission.reference) : posted;
    },

    async lookup(reference, signal) {
      const answer = await read('GET', `${root}?reference=${encodeURIComponent(reference)}`, signal);
      const found = answer?.status === 200 ? parseJobs(answer.json) : null;
      if (found === null) return { outcome: 'unknown' };
      if (found.length === 0) return { outcome: 'not_found' };
      // A record with another reference is another job, even in the answer to this look-up.
      const ours = found.find((job) => job.reference === reference);
      return ours === undefined ? { outcome: 'unknown' } : { outcome: 'found', providerJobId: ours.id };
    },

    async identify(providerJobId, signal) {
      const answer = await read('GET', urlOf(providerJobId), signal);
      if (answer?.status === 404) return { outcome: 'not_found' };
      const reference = answer?.status === 200 ? parseJob(answer.json)?.reference : null;
      return reference ? { outcome: 'found', reference } : { outcome: 'unknown' };
    },

    async poll(providerJobId, signal) {
      const answer = await read('GET', urlOf(providerJobId), signal);
      if (answer?.status === 404) return { state: 'gone', retryAfterMs: AFTER_ERROR_MS };
      const job = answer?.status === 200 ? parseJob(answer.json) : null;
      // An answer about another job says nothing about this one.
      return job?.id !== providerJobId
        ? { state: 'unknown', retryAfterMs: AFTER_ERROR_MS }
        : pollResultOf(job);
    },

    async cancel(providerJobId, signal) {
      const answer = await read('POST', `${urlOf(providerJobId)}/cancel`, signal);
      if (answer?.status === 409 || answer?.status === 404) return 'too_late';
      // Otherwise the service may have received the request. The next poll shows it.
      return answer?.status === 200 && parseJob(answer.json)?.status === 'canceled' ? 'stopped' : 'requested';
    },
  };
}

function bodyOf({ reference, model, input, webhookUrl, deadlineSeconds }: Submission): unknown {
  return {
    reference,
    model,
    input,
    webhook: webhookUrl,
    deadline_seconds: deadlineSeconds + DEADLINE_GRACE_SECONDS,
  };
}
