import { lookup } from 'node:dns';
import { Readable } from 'node:stream';
import { parseUrl } from '../../../domain/parse-url.ts';
import { createCheckedLookup, type Resolve } from '../../../runtime/outbound/checked-lookup.ts';
import {
  faultOfAddress,
  followRedirects,
  type OutsideAnswer,
} from '../../../runtime/outbound/open-outside.ts';
import type { FetchResult, ResultFile } from '../provider.ts';

const AFTER_ERROR_MS = 1_000;

const PUBLIC_ONLY = { allowsLocal: false } as const;

export type FetchResultOf = (file: ResultFile, signal: AbortSignal) => Promise<FetchResult>;

/**
 * Returns a function that opens a file of a result as a stream. A link may lead to the service itself, or over https to
 * public machines; each redirect is checked like the link. The asset store and the content check compare the file with
 * what was declared.
 */
export function createFetchResult({
  trusted,
  resolve,
}: {
  readonly trusted: string;
  readonly resolve: Resolve;
}): FetchResultOf {
  const checked = createCheckedLookup(resolve, PUBLIC_ONLY);
  const lookupOf = (url: string) =>
    parseUrl(url)?.origin === trusted ? lookup : (faultOfAddress(url, PUBLIC_ONLY) ?? checked);
  return async (file, signal) => {
    if (file.at === 'answer') return opened(Readable.from([file.content], { objectMode: false }), null, null);
    try {
      const answer = await followRedirects(file.url, '*/*', signal, lookupOf);
      return fetchedOf(answer, file);
    } catch {
      return { outcome: 'unavailable', retryAfterMs: AFTER_ERROR_MS };
    }
  };
}

/** Statuses of an expired link. Object stores respond 403 to an expired signature, and a restarted service 404. */
const EXPIRED: readonly number[] = [403, 404, 410];

function fetchedOf(answer: OutsideAnswer, file: ResultFile & { readonly at: 'link' }): FetchResult {
  if (answer.outcome === 'refused') return { outcome: 'refused' };
  // The reader of the body gets its errors. Without this listener, an error of an unread body would end the process.
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
