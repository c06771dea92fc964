import ipaddr from 'ipaddr.js';
import type { RequestLimitName } from '../../contract/shapes/problem-shape.ts';
import { secondsToNext, type RequestLimit } from '../../domain/request-limit.ts';
import { tooManyRequests } from './too-many-requests.ts';

/** Limits requests without a key, or with a wrong one, by address. */
export type LimitAddresses = {
  /** Counts a request. Throws the problem rate_limited when the address has sent too many. */
  readonly count: (address: string | undefined) => void;
  /** Throws it without counting a request. */
  readonly require: (address: string | undefined) => void;
};

/** Remembered addresses, 10 MiB at most. Beyond it the oldest is forgotten. */
const MAX_ADDRESSES = 50_000;
/** The IPv6 network of a home or company, which has all its addresses. */
const IPV6_NETWORK_PARTS = 4;

/**
 * Kept in each process's memory, so that a flood costs no query. A limit that is whole again is forgotten.
 * @param now milliseconds
 */
export function createLimitAddresses(
  limit: RequestLimit,
  now: () => number,
  name: RequestLimitName = 'requests_per_address',
): LimitAddresses {
  const wholeAtMs = new Map<string, number>();

  function secondsToWhole(address: string): number {
    return Math.max(0, ((wholeAtMs.get(address) ?? 0) - now()) / 1_000);
  }

  function requireLeft(address: string): number {
    const seconds = secondsToWhole(address);
    if (secondsToNext(limit, seconds) > 0) throw tooManyRequests(name, limit, seconds);
    return seconds;
  }

  return {
    require: (address) => {
      requireLeft(networkOf(address));
    },
    count: (address) => {
      const network = networkOf(address);
      const seconds = requireLeft(network) + 1 / limit.perSecond;
      wholeAtMs.delete(network);
      for (const [oldest, at] of wholeAtMs) {
        if (wholeAtMs.size < MAX_ADDRESSES && at > now()) break;
        wholeAtMs.delete(oldest);
      }
      wholeAtMs.set(network, now() + seconds * 1_000);
    },
  };
}

/** An IPv4 address, or the /64 of an IPv6 one; any other text counts as one address. */
function networkOf(address = ''): string {
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? parsed.parts.slice(0, IPV6_NETWORK_PARTS).join(':')
    : parsed.toString();
}
