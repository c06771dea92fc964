import { ApiClient, type HoldfastOptions } from '../../../client/http/api-client.ts';
import { Outputs } from '../../../client/http/outputs.ts';
import { apiAddress } from './api-address.ts';

/** A page is watched: it tells of trouble after one more try, and offers to try again. */
const PAGE_RETRY = { retries: 1, firstMs: 300, longestMs: 1_000 } as const;
/** A little more than the API takes for any response. */
const PAGE_TIMEOUT_MS = 20_000;

/** The client of a page: the HTTP client as everyone has it, at the API that served the page. */
export function makeClient(options: Pick<HoldfastOptions, 'apiKey' | 'headers' | 'retry'>): ApiClient {
  return new ApiClient(
    { retry: PAGE_RETRY, timeoutMs: PAGE_TIMEOUT_MS, ...options, baseUrl: apiAddress() },
    (transport) => new Outputs(transport),
  );
}
