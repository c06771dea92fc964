import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { parseUrl } from '../../domain/parse-url.ts';
import { AddressRefused, createCheckedLookup, type Resolve } from './checked-lookup.ts';
import { openStream } from './open-stream.ts';
import { unpackBody } from './unpack-body.ts';
import { mayConnect, type OutboundRules } from './public-address.ts';

/** The most redirects of a customer's address. */
const MAX_REDIRECTS = 3;

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Lower ports belong to other services; of the higher ones, these are databases, caches, mail, chat and remote
 * desktops.
 */
const FIRST_FREE_PORT = 1_024;
const OTHER_SERVICES: ReadonlySet<number> = new Set([
  1_433, 1_521, 1_719, 1_720, 1_723, 2_049, 2_375, 2_376, 2_379, 3_306, 3_389, 3_659, 4_045, 4_190, 5_060,
  5_061, 5_432, 5_900, 6_000, 6_379, 6_566, 6_665, 6_666, 6_667, 6_668, 6_669, 6_697, 9_200, 10_080, 10_250,
  11_211, 27_017,
]);

type OutsideRefusal = 'not_https' | 'bad_address' | 'private_address' | 'too_many_redirects';

/** The response of an outside address, after redirects. */
export type OutsideAnswer =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly declaredBytes: number | null;
      readonly body: Readable;
    }
  | { readonly outcome: 'refused'; readonly why: OutsideRefusal };

export type OpenOutside = <Result>(
  url: string,
  accept: string,
  signal: AbortSignal,
  use: (answer: OutsideAnswer) => Promise<Result>,
) => Promise<Result>;

/**
 * Fetches an address that a stranger named: https and public machines only, with at most three redirects, each checked
 * like the first address. `use` reads the response, whose connection is closed afterwards. Rejects when there is none.
 */
export function createOpenOutside(resolve: Resolve, rules: OutboundRules): OpenOutside {
  const lookup = createCheckedLookup(resolve, rules);
  const choose = (hop: string) => faultOfAddress(hop, rules) ?? lookup;
  return async (url, accept, signal, use) => {
    const answer = await followRedirects(url, accept, signal, choose);
    try {
      return await use(answer);
    } finally {
      if (answer.outcome === 'answered') answer.body.destroy();
    }
  };
}

/**
 * Fetches an address and follows at most three redirects.
 * @param choose returns the look-up of each hop, or why it is refused.
 */
export async function followRedirects(
  first: string,
  accept: string,
  signal: AbortSignal,
  choose: (url: string) => LookupFunction | OutsideRefusal,
): Promise<OutsideAnswer> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const lookup = choose(url);
    if (typeof lookup === 'string') return { outcome: 'refused', why: lookup };
    const answer = await ask(url, accept, signal, lookup);
    if (answer === 'private_address') return { outcome: 'refused', why: answer };
    const { statusCode: status = 0, headers, headersDistinct } = answer;
    const { 'content-length': length = '' } = headers;
    if (!REDIRECTS.includes(status)) {
      const body = unpackBody(answer);
      const declaredBytes = body === answer && /^\d{1,15}$/.test(length) ? Number(length) : null;
      return { outcome: 'answered', status, declaredBytes, body };
    }
    answer.destroy();
    const [location, another] = headersDistinct['location'] ?? [];
    const next = location === undefined || another !== undefined ? null : parseUrl(location, url);
    if (next === null) return { outcome: 'refused', why: 'bad_address' };
    url = next.href;
  }
  return { outcome: 'refused', why: 'too_many_redirects' };
}

async function ask(url: string, accept: string, signal: AbortSignal, lookup: LookupFunction) {
  try {
    return await openStream(url, accept, lookup, signal);
  } catch (error) {
    if (error instanceof AddressRefused) return 'private_address';
    throw error;
  }
}

/** Why an address is refused before a connection; a name is checked when it is connected to. */
export function faultOfAddress(text: string, rules: OutboundRules): OutsideRefusal | null {
  const url = parseUrl(text);
  if (url === null) return 'bad_address';
  if (url.protocol !== 'https:' && !(rules.allowsLocal && url.protocol === 'http:')) return 'not_https';
  if (url.username !== '' || url.password !== '') return 'bad_address';
  if (!rules.allowsLocal && !mayUsePort(url)) return 'bad_address';
  // An IP address is not looked up. (The URL parser has normalised 0x7f.1 and 2130706433.)
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !mayConnect(host, rules) ? 'private_address' : null;
}

function mayUsePort({ port }: URL): boolean {
  if (port === '') return true;
  return Number(port) >= FIRST_FREE_PORT && !OTHER_SERVICES.has(Number(port));
}
