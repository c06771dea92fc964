import { ApiClient, type HoldfastOptions } from './api-client.ts';
import { FileOutputs } from './file-outputs.ts';

export type { HoldfastOptions } from './api-client.ts';
export { HoldfastError, JobFailedError, type ClientCode } from './holdfast-error.ts';
export type { FinishedJob, Jobs, SubmitOptions } from './jobs.ts';
export type { Listing, Page } from './listing.ts';
export type { FileOutputs } from './file-outputs.ts';
export { fileNameOf, type JobFile, type Outputs } from './outputs.ts';
export type { RetryRule } from './retry-rule.ts';
export type { ApiCall, CallOptions, KeyedOptions, ResponseFacts } from './transport.ts';
export { verifyWebhook, WebhookVerificationError, type WebhookEvent } from './signed-webhook.ts';
// A package has one door.
// eslint-disable-next-line no-restricted-syntax
export type * from './wire-types.ts';

/** Holdfast over HTTP, in Node: what is delivered can be saved as files too. */
export class HoldfastClient extends ApiClient<FileOutputs> {
  constructor(options: HoldfastOptions) {
    super(options, (transport) => new FileOutputs(transport));
  }
}
