import { ApiClient, type HoldfastOptions } from '../../../client/http/api-client.ts';
import { Outputs } from '../../../client/http/outputs.ts';
import { apiAddress } from './api-address.ts';

/** One quick retry: then the page reports the error and offers to try again. */
const PAGE_RETRY = { retries: 1, firstMs: 300, longestMs: 1_000 } as const;
/** Slightly longer than the API takes for any response. */
const PAGE_TIMEOUT_MS = 20_000;

/** The HTTP client of a page, for the API that served the page. */
export function makeClient(options: Pick<HoldfastOptions, 'apiKey' | 'headers' | 'retry'>): ApiClient {
  return new ApiClient(
    { retry: PAGE_RETRY, timeoutMs: PAGE_TIMEOUT_MS, ...options, baseUrl: apiAddress() },
    (transport) => new Outputs(transport),
  );
}
