import { Readable } from 'node:stream';
import { Agent } from 'undici';
import { createCheckedLookup, type Resolve } from '../../../runtime/outbound/checked-lookup.ts';
import {
  faultOfAddress,
  followRedirects,
  type OutsideAnswer,
} from '../../../runtime/outbound/open-outside.ts';
import type { FetchResult, ResultFile } from '../provider.ts';

/** A link that does not respond so long is asked again. */
const CONNECT_TIMEOUT_MS = 5_000;
const HEADERS_TIMEOUT_MS = 30_000;
/** Between two pieces of a file. */
const STALLED_AFTER_MS = 30_000;

const AFTER_ERROR_MS = 1_000;

const PUBLIC_ONLY = { allowsLocal: false } as const;

export type FetchResultOf = (file: ResultFile, signal: AbortSignal) => Promise<FetchResult>;

/**
 * Opens a file of a result as a stream. A link may lead to the service itself, and else over https to public machines only, each
 * redirect looked at like the link. Whether the file is what it says is for the asset store and the content check to find out.
 * @param trusted the origin of the service.
 */
export function createFetchResult({
  trusted,
  resolve,
}: {
  readonly trusted: string;
  readonly resolve: Resolve;
}): FetchResultOf {
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, bodyTimeout: STALLED_AFTER_MS };
  const ofService = new Agent({ ...limits, connect: { timeout: CONNECT_TIMEOUT_MS } });
  const outside = new Agent({
    ...limits,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: createCheckedLookup(resolve, PUBLIC_ONLY) },
  });
  const dispatcherFor = (url: string) =>
    URL.canParse(url) && new URL(url).origin === trusted
      ? ofService
      : (faultOfAddress(url, PUBLIC_ONLY) ?? outside);
  return async (file, signal) => {
    if (file.at === 'answer') return opened(Readable.from([file.content], { objectMode: false }), null, null);
    try {
      const answer = await followRedirects(file.url, '*/*', signal, dispatcherFor);
      return fetchedOf(answer, file);
    } catch {
      return { outcome: 'unavailable', retryAfterMs: AFTER_ERROR_MS };
    }
  };
}

/** Statuses of a link that has expired. 403 is what object stores say of a signature out of time; 404, what a restarted service does. */
const EXPIRED: readonly number[] = [403, 404, 410];

function fetchedOf(answer: OutsideAnswer, file: ResultFile & { readonly at: 'link' }): FetchResult {
  if (answer.outcome === 'refused') return { outcome: 'refused' };
  // Its reader sees its errors; one that is thrown away unread must not end the process with them.
  answer.body.on('error', () => undefined);
  if (answer.status === 200) return opened(answer.body, answer.declaredBytes, file);
  answer.body.destroy();
  if (EXPIRED.includes(answer.status)) return { outcome: 'link_expired' };
  return { outcome: 'unavailable', retryAfterMs: AFTER_ERROR_MS };
}

function opened(
  content: Readable,
  declaredBytes: number | null,
  said: { readonly bytes: number | null; readonly sha256: string | null } | null,
): FetchResult {
  const declared = { bytes: said?.bytes ?? declaredBytes, sha256: said?.sha256 ?? null };
  return { outcome: 'opened', file: { declared, content } };
}
