import { isProviderJobId } from '../../../domain/ids.ts';
import type { ErrorClass } from '../../../domain/work/rejections.ts';
import { dataUrlsOf } from '../http/data-urls.ts';
import { NOTHING_TO_ASK, RUN_IS_THE_ANSWER } from '../http/run-is-the-answer.ts';
import { headerOf, isSuccess, type Answer } from '../http/read-answer.ts';
import { refusalOf, UNCLEAR } from '../http/refusals.ts';
import { createProviderClient, type ServiceOptions } from '../http/provider-client.ts';
import type { Provider, SubmitResult } from '../provider.ts';
import { ENDPOINTS, errorOf, type Endpoint } from './openai-endpoints.ts';

/** A large picture takes two minutes, a long text longer. After this time the answer counts as lost. */
const RUN_TIMEOUT_MS = 10 * 60_000;

/** A picture of 32 MiB, the largest that is accepted, in base64. */
const MAX_ANSWER_BYTES = 48 * 1024 * 1024;

/** Error codes (platform.openai.com/docs/guides/error-codes) that mean something else than the status. */
const KNOWN_ERRORS: ReadonlyMap<string, ErrorClass> = new Map([
  ['insufficient_quota', 'our_balance'],
  ['billing_hard_limit_reached', 'our_balance'],
  ['moderation_blocked', 'moderated_input'],
  ['content_policy_violation', 'moderated_input'],
  ['model_not_found', 'our_configuration'],
]);

/** `baseUrl` has its version: `https://api.openai.com/v1/`. */
type OpenAiProviderOptions = ServiceOptions & {
  readonly apiKey: string;
};

/**
 * Returns the adapter to OpenAI and to services with its protocol: pictures, chat and speech. The post is the run, and
 * nothing about it can be asked later. A model's name begins with its endpoint: `images/gpt-image-1`,
 * `chat/gpt-5-mini`, `speech/gpt-4o-mini-tts`.
 */
export function createOpenAiProvider(options: OpenAiProviderOptions): Provider {
  const { submitTimeoutMs = RUN_TIMEOUT_MS } = options;
  const client = createProviderClient({
    ...options,
    headers: { authorization: `Bearer ${options.apiKey}` },
    submitTimeoutMs,
    maxAnswerBytes: MAX_ANSWER_BYTES,
  });
  return {
    ...NOTHING_TO_ASK,
    name: options.name,
    capabilities: RUN_IS_THE_ANSWER,
    submitTimeoutMs,
    uploadInputs: dataUrlsOf,
    fetchResult: client.fetchResult,

    async submit({ model, input, reference }, mayPost, signal) {
      const [, kind = '', name = ''] = /^([a-z]+)\/(.+)$/.exec(model) ?? [];
      const endpoint = ENDPOINTS.get(kind);
      if (endpoint === undefined)
        return { outcome: 'rejected', errorClass: 'our_configuration', retryAfterMs: null };
      const url = client.urlOf(endpoint.path);
      const posted = await client.post(url, { ...input, model: name }, mayPost, signal);
      return posted.outcome === 'answered' ? resultOf(posted.answer, endpoint, reference) : posted;
    },
  };
}

function resultOf(answer: Answer, endpoint: Endpoint, reference: string): SubmitResult {
  if (!isSuccess(answer)) return refusalOf(answer, KNOWN_ERRORS.get(errorOf(answer)?.code ?? ''));
  const end = endpoint.endOf(answer);
  if (end === null) return UNCLEAR;
  // OpenAI's support asks for this id. For a service that sends none, our reference takes its place.
  const named = headerOf(answer, 'x-request-id') ?? '';
  const providerJobId = isProviderJobId(named) ? named : reference;
  return { outcome: 'ended', providerJobId, end };
}
