import type { Dispatcher } from 'undici';
import { classifySubmitAnswer } from './classify-local-response.ts';
import {
  parseFiles,
  parsePrediction,
  parsePredictions,
  pollResultOf,
  POLL_INTERVAL_MS,
} from './local-prediction.ts';
import { requestJson, type JsonAnswer } from './local-request.ts';
import { uploadLocalFiles } from './upload-local-files.ts';
import { openLocalFiles } from './open-local-files.ts';
import { postOnce } from './post-once.ts';
import type { Provider, ProviderCapabilities, SubmitInput } from './provider.ts';
import { createResettingAgent } from './resetting-agent.ts';

/**
 * The longest a post may take before its outcome is `unknown`. The service responds within milliseconds; 8 s rides out
 * a busy machine, and ends before the submit activity's own limit, so that the activity records the outcome itself.
 */
const LOCAL_SUBMIT_TIMEOUT_MS = 8_000;

/** Making a connection proves nothing and starts nothing, so it is tried again rather than waited for. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Polls, look-ups and cancels may be asked again, so they give up sooner. */
const READ_TIMEOUT_MS = 5_000;

/** Pause after a poll that got no answer: the service may be starting again. */
const AFTER_ERROR_MS = 1_000;

/**
 * Ours comes first, so that we know why it ended; the service's own is for the case that we are gone. It is told once, when
 * the job is submitted, so it leaves room for support to extend ours: an hour. To extend by more, support restarts.
 */
const DEADLINE_GRACE_SECONDS = 3_600;

/** Of the service's 10 minutes, without the time a download may take. */
const OUTPUT_LIFETIME_SECONDS = 540;

const CAPABILITIES: ProviderCapabilities = {
  hasIdempotentSubmit: false,
  lookup: 'authoritative',
  cancel: 'hard',
  webhook: 'unsigned',
  hasNativeDeadline: true,
  reportsProgress: true,
  reportsQueuePosition: true,
  outputLifetimeSeconds: OUTPUT_LIFETIME_SECONDS,
  minPollIntervalMs: POLL_INTERVAL_MS,
  maxInFlight: 10_000,
};

export type LocalProviderOptions = {
  readonly baseUrl: string;
  readonly submitTimeoutMs?: number;
  /** Where the service posts its webhooks; null for none. */
  readonly webhookUrl?: string | null;
  readonly dispatcher?: Dispatcher;
};

/** The adapter to the local model service (dev/model-service). */
export function createLocalProvider(options: LocalProviderOptions): Provider {
  const submitTimeoutMs = options.submitTimeoutMs ?? LOCAL_SUBMIT_TIMEOUT_MS;
  const dispatcher = options.dispatcher ?? createResettingAgent(CONNECT_TIMEOUT_MS);
  const root = new URL('/v1/predictions', options.baseUrl).href;
  const urlOf = (providerJobId: string): string => `${root}/${encodeURIComponent(providerJobId)}`;

  const read = (method: 'GET' | 'POST', url: string, signal: AbortSignal): Promise<JsonAnswer | null> =>
    requestJson({ method, url, dispatcher, signal, timeoutMs: READ_TIMEOUT_MS }).catch(() => null);

  return {
    name: 'local',
    capabilities: CAPABILITIES,
    submitTimeoutMs,

    uploadInputs: (files, signal) =>
      uploadLocalFiles(new URL('/v1/files/', options.baseUrl), files, dispatcher, signal),

    async submit(input, mayPost, signal) {
      const body = submissionBodyOf(input, options.webhookUrl ?? null);
      const posted = await postOnce({
        url: root,
        body,
        dispatcher,
        signal,
        timeoutMs: submitTimeoutMs,
        mayPost,
      });
      return posted.outcome === 'answered' ? classifySubmitAnswer(posted.answer, input.reference) : posted;
    },

    async lookup(reference, signal) {
      const answer = await read('GET', `${root}?reference=${encodeURIComponent(reference)}`, signal);
      const found = answer?.status === 200 ? parsePredictions(answer.body) : null;
      if (found === null) return { outcome: 'unknown' };
      if (found.length === 0) return { outcome: 'not_found' };
      // A record that says another reference is another job, whatever it was an answer to.
      const ours = found.find((prediction) => prediction.reference === reference);
      return ours === undefined ? { outcome: 'unknown' } : { outcome: 'found', providerJobId: ours.id };
    },

    async identify(providerJobId, signal) {
      const answer = await read('GET', urlOf(providerJobId), signal);
      if (answer?.status === 404) return { outcome: 'not_found' };
      const reference = answer?.status === 200 ? parsePrediction(answer.body)?.reference : null;
      return reference ? { outcome: 'found', reference } : { outcome: 'unknown' };
    },

    async poll(providerJobId, signal) {
      const answer = await read('GET', urlOf(providerJobId), signal);
      if (answer?.status === 404) return { state: 'gone', retryAfterMs: AFTER_ERROR_MS };
      const prediction = answer?.status === 200 ? parsePrediction(answer.body) : null;
      return prediction === null
        ? { state: 'unknown', retryAfterMs: AFTER_ERROR_MS }
        : pollResultOf(prediction);
    },

    async cancel(providerJobId, signal) {
      const answer = await read('POST', `${urlOf(providerJobId)}/cancel`, signal);
      if (answer?.status === 200) return 'stopped';
      if (answer?.status === 409 || answer?.status === 404) return 'too_late';
      // No answer: it may have been heard. The next poll tells.
      return 'requested';
    },

    async collect(providerJobId, signal, polledFiles) {
      const named = parseFiles(polledFiles);
      if (named !== null) return openLocalFiles(named, dispatcher, signal, AFTER_ERROR_MS);
      const answer = await read('GET', urlOf(providerJobId), signal);
      const prediction = answer?.status === 200 ? parsePrediction(answer.body) : null;
      const files = prediction?.status === 'succeeded' ? prediction.output : null;
      if (files === null || files === undefined)
        return { outcome: 'unavailable', retryAfterMs: AFTER_ERROR_MS };
      if (files.length === 0) return { outcome: 'zero_outputs' };
      return openLocalFiles(files, dispatcher, signal, AFTER_ERROR_MS);
    },

    parseWebhook(rawBody) {
      const providerJobId = parsePrediction(parseJson(rawBody))?.id ?? null;
      // Unsigned: never more than a hint to poll, so there is nothing to tell one event from another by.
      return { isVerified: false, providerJobId, eventId: null };
    },
  };
}

function submissionBodyOf(
  { reference, work, part, deadlineSeconds }: SubmitInput,
  webhook: string | null,
): unknown {
  const input = part === null ? work : { ...work, ...bodyOfPart(part) };
  return { reference, input, webhook, deadline_seconds: deadlineSeconds + DEADLINE_GRACE_SECONDS };
}

function bodyOfPart({ stage, index, model, inputs }: NonNullable<SubmitInput['part']>): object {
  const named = inputs.map((file) => ({
    stage: file.stage,
    part: file.part,
    content_type: file.contentType,
    sha256: file.sha256,
  }));
  return { model, stage: { name: stage, part: index }, inputs: named };
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
